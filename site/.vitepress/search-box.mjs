// VitePress 1.6 gives its search box roles that screen readers stumble over: a button that contains the whole dialog, and
// options that contain links. Here the box is a dialog, and each link is the option. Guides come before pages of the API, which
// have many short sections.
const REPLACEMENTS = [
  [
    /role="button"\s+:aria-owns="[^"]*"\s+aria-expanded="true"\s+aria-haspopup="listbox"/,
    'role="dialog" aria-modal="true"',
  ],
  [/(:key="p\.id"\s+):id="[^"]*"\s+:aria-selected="[^"]*"\s+role="option"/, '$1role="none"'],
  [
    /:aria-label="\[\.\.\.p\.titles, p\.title\][^"]*"/,
    `role="option" :id="'localsearch-item-' + index" :aria-selected="selectedIndex === index"`,
  ],
  [/<kbd (:aria-label="[^"]*")>/g, '<kbd role="img" $1>'],
  [
    /fuzzy: 0\.2,/,
    "fuzzy: 0.2, boostDocument: (id: string) => (id.includes('/api/') ? 0.4 : id.includes('/guides/') ? 2 : 1),",
  ],
];

export const searchBox = {
  name: 'search-box',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/VPLocalSearchBox.vue')) return undefined;
    return REPLACEMENTS.reduce((text, [pattern, replacement]) => {
      if (text.search(pattern) === -1) throw new Error(`search-box.mjs: ${id} does not match ${pattern}`);
      return text.replace(pattern, replacement);
    }, code);
  },
};
