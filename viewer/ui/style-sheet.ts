import { DARK, LIGHT, type Theme } from '../cards/theme.ts';
import base from './styles/base.css' with { type: 'text' };
import card from './styles/card.css' with { type: 'text' };
import dialogs from './styles/dialogs.css' with { type: 'text' };
import narrow from './styles/narrow.css' with { type: 'text' };
import overview from './styles/overview.css' with { type: 'text' };
import page from './styles/page.css' with { type: 'text' };
import paper from './styles/paper.css' with { type: 'text' };
import runTable from './styles/run-table.css' with { type: 'text' };
import sections from './styles/sections.css' with { type: 'text' };
import sidePanel from './styles/side-panel.css' with { type: 'text' };
import text from './styles/text.css' with { type: 'text' };
import toolbar from './styles/toolbar.css' with { type: 'text' };

/** In the order of the cascade. */
const STYLES = [base, toolbar, page, sidePanel, overview, sections, card, runTable, text, dialogs, narrow, paper];

/** The colours that controls and charts share, as custom properties. */
const properties = ({ dark, surface, ink, ink2, ink3, line, accent, lanes }: Theme): string =>
  `color-scheme:${dark ? 'dark' : 'light'};--surface:${surface};--ink:${ink};--ink-2:${ink2};--ink-3:${ink3};` +
  `--line:${line};--accent:${accent};--alarm:${lanes.nan}`;

/** A constructed style sheet needs no `style-src` in a content security policy. */
export function styleSheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.root{${properties(LIGHT)}}.root[data-theme=dark]{${properties(DARK)}}${STYLES.join('')}`);
  return sheet;
}
