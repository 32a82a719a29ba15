import style from './card.css' with { type: 'text' };

let sheet: CSSStyleSheet | undefined;

/** One sheet for all cards. A constructed sheet needs no `style-src` in a content security policy. */
export function cardSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
  }
  return sheet;
}
