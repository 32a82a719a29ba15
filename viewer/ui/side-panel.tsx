import type { JSX } from 'preact';
import { nameOfPlace } from '../axes/place-names.ts';
import type { Alert } from '../data/alerts.ts';
import { AxesPanel } from './axes-panel.tsx';
import { GroupsPanel } from './groups-panel.tsx';
import { RunsPanel } from './runs-panel.tsx';
import { useUi } from './ui.ts';

/** The panel beside the cards: runs, alerts, and warnings of the source. */
export function SidePanel(): JSX.Element {
  const { warnings, sideOpen } = useUi();
  return (
    <aside class={sideOpen.value ? '' : 'folded'} aria-label="Runs and alerts">
      <RunsPanel />
      <GroupsPanel />
      <AxesPanel />
      <Alerts />
      {warnings.value.length > 0 && (
        <section>
          <h2>Source</h2>
          <ul class="warnings">
            {warnings.value.map((message) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}

/** Of further alerts, only the number is shown. */
const MOST = 200;

function Alerts(): JSX.Element {
  const { store, shown } = useUi();
  shown.value;
  const { alerts } = store;
  const count = alerts.length;
  return (
    <section>
      <h2>
        Alerts<span class="count">{count || ''}</span>
      </h2>
      <ol class="alerts">
        {alerts.slice(0, MOST).map((alert) => (
          <li key={alert}>
            <AlertButton alert={alert} />
          </li>
        ))}
      </ol>
      <p class="hint">{count === 0 ? 'No alerts.' : count > MOST ? `and ${count - MOST} more` : ''}</p>
    </section>
  );
}

const SIGNS: Readonly<Record<Alert['kind'], string>> = {
  nan: 'NaN',
  infinity: '∞',
  dead: '0',
  exploding: '↗',
  constant: '=',
  backwards: '↶',
};

/** Goes to the card and the step of an alert. */
function AlertButton({ alert }: { alert: Alert }): JSX.Element {
  const { store, navigation } = useUi();
  const { kind, message, step, tag, run } = alert;
  const where = store.runs.length > 1 ? `${tag} · ${run}` : tag;
  return (
    <button type="button" class={`alert ${kind}`} title={`${message}\n${where}`} onClick={() => navigation.jump(alert)}>
      <span class="sign" aria-hidden="true">
        {SIGNS[kind]}
      </span>
      <span class="what">{message}</span>
      <span class="where">
        <bdi>{where}</bdi>
      </span>
      <span class="number">{nameOfPlace('step', step)}</span>
    </button>
  );
}
