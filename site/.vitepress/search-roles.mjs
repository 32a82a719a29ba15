// VitePress 1.6 gives its search box roles that readers of screens stumble over: a button that contains the whole dialog, and
// options that contain links. Here the box is a dialog, and each link is the option.
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
];

export const searchRoles = {
  name: 'search-roles',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/VPLocalSearchBox.vue')) return undefined;
    return REPLACEMENTS.reduce((text, [pattern, replacement]) => {
      if (!pattern.test(text)) throw new Error(`search-roles.mjs: ${id} does not match ${pattern}`);
      return text.replace(pattern, replacement);
    }, code);
  },
};
