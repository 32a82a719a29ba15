/** Results as a Markdown table: versions of one platform that gave the same share a line. */
export function tableOf(results) {
  const lines = new Map();
  for (const { name, version, tried } of results) {
    const key = `${name} | ${tried}`;
    lines.set(key, [...(lines.get(key) ?? []), version]);
  }
  const rows = [...lines].map(([key, versions]) => {
    const [name, tried] = key.split(' | ');
    return `| ${name} | ${versions.join(', ')} | ${tried} |`;
  });
  return ['| platform | versions | tried |', '| --- | --- | --- |', ...rows].join('\n');
}
