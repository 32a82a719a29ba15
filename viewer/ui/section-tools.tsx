import type { JSX } from 'preact';
import type { ImageLook } from '../state/view-state.ts';
import { useUi, useView } from './ui.ts';

/** What can be chosen for all cards of a section. */
export function SectionTools({ of: kind }: { of: 'image' | 'text' }): JSX.Element {
  return kind === 'image' ? <ImageTools /> : <TextTools />;
}

const ZOOMS = ['fit', 1, 2, 4, 8, 16] as const;
/** The strongest brightness and contrast, as factors. */
const STRONGEST = 4;

function ImageTools(): JSX.Element {
  const { state } = useUi();
  const images = useView('images');
  const change = (some: Partial<ImageLook>) => state.change({ images: { ...images, ...some } });
  const factor = (name: 'brightness' | 'contrast', label: string) => (
    <label>
      {label}
      <input
        type="range"
        min={0}
        max={STRONGEST}
        step={0.05}
        value={images[name]}
        onInput={({ currentTarget }) => change({ [name]: Number(currentTarget.value) })}
        onDblClick={() => change({ [name]: 1 })}
      />
      <output class="number">{images[name].toFixed(2)}</output>
    </label>
  );
  return (
    <div class="section-tools">
      <label>
        Size
        <select
          value={String(images.zoom)}
          onChange={({ currentTarget: { value } }) => change({ zoom: value === 'fit' ? 'fit' : Number(value) })}
        >
          {ZOOMS.map((zoom) => (
            <option key={zoom} value={String(zoom)}>
              {zoom === 'fit' ? 'Fit' : `${zoom} ×`}
            </option>
          ))}
        </select>
      </label>
      {factor('brightness', 'Brightness')}
      {factor('contrast', 'Contrast')}
    </div>
  );
}

function TextTools(): JSX.Element {
  const { state } = useUi();
  const markdown = useView('markdown');
  return (
    <div class="section-tools">
      <label>
        <input
          type="checkbox"
          checked={markdown}
          onChange={({ currentTarget }) => state.change({ markdown: currentTarget.checked })}
        />
        Markdown
      </label>
    </div>
  );
}
