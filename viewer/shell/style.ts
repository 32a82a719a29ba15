import { DARK, LIGHT, type Theme } from '../cards/theme.ts';

/** The colours that controls and charts share, as custom properties. */
const shared = ({ dark, surface, ink, ink2, ink3, line, accent, lanes }: Theme): string =>
  `color-scheme:${dark ? 'dark' : 'light'};--surface:${surface};--ink:${ink};--ink-2:${ink2};--ink-3:${ink3};
--line:${line};--accent:${accent};--brush:${accent}${dark ? '26' : '22'};--alarm:${lanes.nan};`;

const LIGHT_PROPERTIES: string = `${shared(LIGHT)}
--ground:#f5f6f8;--hover:#eceff3;--alarm-ground:#fdeaf1;--shadow:0 6px 24px #1a1d2126;`;
const DARK_PROPERTIES = `${shared(DARK)}
--ground:#0f1114;--hover:#22272d;--alarm-ground:#33131f;--shadow:0 6px 24px #000a;`;

/** The style of the shadow root. Widths are those of the viewer, not of the page around it. */
const STYLE = `
:host{display:block}
.root{${LIGHT_PROPERTIES}
  container-type:inline-size;min-height:100%;background:var(--ground);color:var(--ink);
  font:13px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  font-variant-numeric:tabular-nums;text-align:left;--toolbar:45px;--card:264px}
.root[data-theme=dark]{${DARK_PROPERTIES}}
*,*::before,*::after{box-sizing:border-box}
[hidden]{display:none!important}
:focus{outline:none}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
h1,h2,h3,h4,p,ul,ol,pre,fieldset{margin:0;padding:0;border:0;font:inherit;list-style:none}
button,input,select{font:inherit;color:inherit}
button{background:none;border:1px solid transparent;border-radius:5px;padding:2px 7px;cursor:pointer}
button:hover{background:var(--hover)}
.quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.number{color:var(--ink-2);white-space:nowrap}
.hint{color:var(--ink-3)}
.dot{display:inline-block;flex:none;width:8px;height:8px;border-radius:50%}

.toolbar{position:sticky;top:0;z-index:5;display:flex;flex-wrap:wrap;align-items:center;gap:6px 14px;
  min-height:var(--toolbar);padding:7px 16px;background:var(--surface);border-bottom:1px solid var(--line)}
.toolbar h1{font-weight:650;font-size:14px;max-width:26ch;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.toolbar .space{flex:1}
.toolbar .side-switch{display:none}
.title{display:flex;align-items:baseline;gap:10px;min-width:0}
.status{color:var(--ink-2);white-space:nowrap}
progress{position:absolute;inset:auto 0 -1px;width:100%;height:2px;appearance:none;border:0;background:none;color:var(--accent)}
progress::-webkit-progress-bar{background:none}
progress::-webkit-progress-value{background:var(--accent)}
progress::-moz-progress-bar{background:var(--accent)}
.filter{position:relative;flex:0 1 220px;min-width:120px}
.filter input{width:100%;padding:3px 8px;border:1px solid var(--line);border-radius:5px;background:var(--ground)}
.filter input::placeholder{color:var(--ink-3);opacity:1}
.filter input[aria-invalid=true]{border-color:var(--alarm)}
.filter p{position:absolute;top:100%;left:0;z-index:6;width:max-content;max-width:320px;margin-top:4px;padding:3px 8px;border-radius:5px;
  background:var(--alarm-ground);color:var(--alarm)}
.choice{position:relative;display:inline-flex;border:1px solid var(--line);border-radius:5px;background:var(--ground)}
.choice legend{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.choice input{position:absolute;opacity:0;width:1px;height:1px;margin:0}
.choice span{display:block;padding:2px 8px;border-radius:4px;color:var(--ink-2);cursor:pointer;white-space:nowrap}
.choice span:hover{color:var(--ink)}
.choice input:checked+span{background:var(--surface);color:var(--ink);box-shadow:0 0 0 1px var(--line);font-weight:550}
.choice input:focus-visible+span{outline:2px solid var(--accent)}
.tools{display:contents}
.smoothing,.smoothing label{display:inline-flex;align-items:center;gap:6px;color:var(--ink-2);white-space:nowrap}
.plain[aria-pressed=true]{background:var(--hover);font-weight:550;color:var(--ink)}
input[type=range]{accent-color:var(--accent);width:84px;margin:0}
input[type=checkbox]{accent-color:var(--ink-2);margin:0}
.chip{border:1px solid var(--accent);color:var(--accent);border-radius:99px;padding:1px 9px}
.icon{min-width:26px;padding:2px 5px;color:var(--ink-2)}
.plain{border-color:var(--line)}

.page{display:grid;grid-template-columns:236px minmax(0,1fr);align-items:start}
aside{position:sticky;top:var(--toolbar);max-height:calc(100vh - var(--toolbar));overflow:auto;padding:12px 4px 16px 16px;display:grid;gap:18px}
aside h2{font-weight:600;margin-bottom:4px;display:flex;justify-content:space-between}
.runs li{display:flex;align-items:center}
.runs label{display:flex;align-items:center;gap:7px;flex:1;min-width:0;padding:2px 0;cursor:pointer}
.runs label span:last-child{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.only{opacity:0;color:var(--ink-2);padding:0 5px}
li:hover .only,.only:focus-visible{opacity:1}
.alerts{display:grid;gap:1px}
.alert{display:grid;grid-template-columns:26px 1fr auto;gap:0 6px;width:100%;text-align:left;padding:4px 5px}
.alert .sign{grid-row:span 2;align-self:start;margin-top:1px;padding:0 2px;border-radius:4px;background:var(--hover);color:var(--ink-2);
  font-size:10px;line-height:16px;font-weight:700;text-align:center}
.alert.nan .sign,.alert.infinity .sign{background:var(--alarm-ground);color:var(--alarm)}
.alert .what{grid-column:2/4;overflow-wrap:anywhere}
.alert .where{color:var(--ink-3);direction:rtl;text-align:left;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.warnings li{padding:3px 0;overflow-wrap:anywhere;color:var(--ink-2)}

main{padding:12px 16px 40px;min-width:0}
main,.sections,.groups{display:grid;grid-template-columns:minmax(0,1fr);gap:14px}
.empty{padding:12vh 16px;text-align:center;color:var(--ink-2)}
.overview{background:var(--surface);border:1px solid var(--line);border-radius:7px;padding:0 0 6px}
.overview>header{display:flex;justify-content:space-between;align-items:center;height:36px;padding:0 4px 0 12px}
.bar{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:center;padding:0 12px 8px}
.legend{display:flex;align-items:center;gap:6px;margin-left:auto;white-space:nowrap;font-size:12px}
.legend canvas{width:110px;height:9px;border-radius:2px}
.legend .alarm{display:inline-flex;align-items:center;gap:5px;margin-left:8px;color:var(--ink-2)}
.legend .alarm::before{content:"";width:9px;height:9px;border-radius:2px;background:var(--alarm)}
.scroller{overflow:hidden auto;scrollbar-gutter:auto}
.pane{position:sticky;top:0;height:100%;cursor:crosshair;touch-action:pan-y}
.pane .row{position:absolute;left:0;right:0;top:0;pointer-events:none;border:solid var(--accent);border-width:1px 0}
.readout{contain:strict;display:block;height:22px;padding:2px 12px 0;min-height:20px;font-size:12px;color:var(--ink-2);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.sections section section{display:grid;grid-template-columns:minmax(0,1fr);gap:8px}
h2 .fold{font-weight:650;font-size:14px}
h3 .fold{color:var(--ink-2);font-weight:550}
.fold{display:flex;align-items:center;gap:6px;padding:2px 6px 2px 2px;margin-left:-4px}
.fold::before{content:"";width:0;border:4px solid transparent;border-left:5px solid var(--ink-3);margin:0 -1px 0 4px;transition:transform .12s}
.fold[aria-expanded=true]::before{transform:rotate(90deg) translate(2px,2px)}
.count{color:var(--ink-3);font-weight:400}
.sections>section>h2{margin-bottom:8px}
.grid.long{content-visibility:auto;contain-intrinsic-size:auto 4000px}
.grid{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(min(400px,100%),1fr))}

.card{contain:size layout style;position:relative;display:flex;flex-direction:column;min-width:0;background:var(--surface);border:1px solid var(--line);border-radius:7px;
  height:calc(var(--card) + 40px);padding-bottom:5px;scroll-margin:calc(var(--toolbar) + 12px) 0 12px}
.card.large{grid-column:1/-1;--card:460px}
.card:focus{border-color:var(--accent);outline:none}
.card>header{display:flex;align-items:center;gap:10px;height:32px;padding:0 4px 0 12px;flex:none}
.card h4{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-weight:600}
.card .prefix{font-weight:400;color:var(--ink-3)}
.card .run{display:inline-flex;align-items:center;gap:6px;max-width:45%;color:var(--ink-2);overflow:hidden;white-space:nowrap}
.card>:last-child:not(header){flex:1;min-height:0}
.body{display:flex;flex-direction:column;padding:0 12px 8px}
.body pre{flex:1;min-height:0;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font:12px/1.5 ui-monospace,Menlo,Consolas,monospace}
.images{flex:1;min-height:0;display:flex;flex-wrap:wrap;gap:6px;overflow:auto;align-content:start;color:var(--ink-2)}
.images img{image-rendering:pixelated;height:100%;max-width:100%;width:auto;object-fit:contain;object-position:left top}
.slider{display:flex;align-items:center;gap:8px;padding-top:6px}
.slider input{flex:1}
.scalars{display:flex;flex-direction:column}
.values{display:flex;gap:0 14px;padding:0 12px;height:18px;overflow:hidden;white-space:nowrap;color:var(--ink-2);font-size:12px}
.values .dot{margin-right:5px}.values b{font-weight:600;color:var(--ink)}.values .hint{margin-left:auto}
.plot{position:relative;flex:1;min-height:0;cursor:crosshair;touch-action:pan-y;border-radius:4px}
canvas{display:block}
.marks{position:absolute;inset:0;overflow:hidden;pointer-events:none}
.brush,.cursor{position:absolute;inset:0 auto 0 0}
.brush{background:var(--brush);border:solid var(--accent);border-width:0 1px}
.cursor{width:1px;background:var(--accent)}

.menu{position:fixed;inset:auto;margin:0;padding:4px;min-width:130px;border:1px solid var(--line);border-radius:7px;background:var(--surface);
  color:var(--ink);box-shadow:var(--shadow)}
.menu button{display:block;width:100%;text-align:left;padding:4px 9px}
dialog{max-width:460px;border:1px solid var(--line);border-radius:9px;padding:18px 22px;background:var(--surface);color:var(--ink);box-shadow:var(--shadow)}
dialog::backdrop{background:#0006}
dialog h2{font-weight:650;font-size:15px;margin-bottom:10px}
dialog dl{display:grid;grid-template-columns:auto 1fr;gap:5px 16px;margin:0 0 14px}
dialog dt{white-space:nowrap}
dialog dd{margin:0;color:var(--ink-2)}
kbd{font:11px/1.4 ui-monospace,Menlo,Consolas,monospace;border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:1px 5px}

@container (max-width:760px){
  .page{grid-template-columns:minmax(0,1fr)}
  .toolbar{position:static;padding:7px 12px}
  .toolbar .side-switch{display:block}
  .filter{flex:1 1 100%;order:8}
  .tools{display:flex;align-items:center;gap:10px;flex:1 1 100%;min-width:0;order:9;overflow-x:auto;margin:0 -12px;padding:2px 12px}
  .tools>*{flex:none}
  aside{position:static;max-height:none;padding:12px 12px 0}
  aside.folded{display:none}
  main{padding:12px 12px 32px}
  .toolbar .space{display:none}
  .title{flex:1;order:-1;flex-direction:column;align-items:start;gap:0}
  .choice{flex-wrap:wrap}
  .status{overflow:hidden;text-overflow:ellipsis}
  .legend{margin-left:0;white-space:normal;flex-wrap:wrap}
}
@media (prefers-reduced-motion:reduce){*,*::before{transition:none!important;scroll-behavior:auto!important}}
.root[data-paper]{width:700px;background:#fff;--card:190px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
[data-paper] .toolbar{position:static;border:0;padding:0 0 8px}
[data-paper] :is(.toolbar>:not(.title),.icon,.slider input,.menu,.choice,progress,.only,aside,.readout){display:none}
[data-paper] :is(.page,main,.sections,.groups,.grid,section){display:block}
[data-paper] :is(section,h3){margin-top:12px}
[data-paper] main{padding:0}
[data-paper] .grid{margin-right:-12px}
[data-paper] .values{flex-wrap:wrap}
[data-paper] .card{contain:none;display:inline-flex;vertical-align:top;width:344px;margin:0 12px 12px 0}
[data-paper] .card.large{width:700px}
[data-paper] :is(.card,.overview){break-inside:avoid}
[data-paper] :is(h2,h3){break-after:avoid}
`;

/** A constructed style sheet needs no `style-src` in a content security policy. */
export function styleSheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  return sheet;
}
