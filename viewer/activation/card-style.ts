/** Colours are those of the text around the card, so that it fits any page, light or dark. */
const STYLE = `
:host{display:flex;flex-direction:column;min-height:0;min-width:0;width:100%;height:100%;font-size:12px;line-height:1.4;
  font-variant-numeric:tabular-nums}
:host *{box-sizing:border-box}
[hidden]{display:none!important}
:focus{outline:none}
:focus-visible{outline:2px solid;outline-offset:-2px}
.controls{display:flex;flex-wrap:wrap;align-items:center;gap:3px 12px;padding:0 12px;min-height:24px}
label{display:inline-flex;align-items:center;gap:4px;white-space:nowrap}
input[type=number]{width:5.2em}
input[type=number],select,button{font:inherit;color:inherit;background:none;border:1px solid color-mix(in srgb,currentColor 35%,transparent);
  border-radius:4px;padding:0 4px;min-height:22px}
select{max-width:14em}
option{color:#000;background:#fff}
input[type=checkbox]{margin:0;accent-color:currentColor}
.sides{display:inline-flex;gap:2px}
button{cursor:pointer;padding:0 7px}
button[aria-pressed=true]{background:color-mix(in srgb,currentColor 16%,transparent);font-weight:600}
.figure{position:relative;flex:1 1 0;min-height:40px;cursor:crosshair;touch-action:pan-y;user-select:none;border-radius:4px}
canvas{position:absolute;inset:0;width:100%;height:100%}
.readout{flex:none;padding:2px 12px 0;min-height:3em}
.readout div{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;height:1.4em}
.readout b{font-weight:650;padding-left:.6em}
.quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all cards. A constructed sheet needs no `style-src` in a content security policy. */
export function cardSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  return sheet;
}
