/**
 * What the page may do: run its own scripts, ask its own server, and show pictures that it made itself. There is no
 * inline style: the viewer's sheets are constructed, which a policy does not forbid.
 */
const POLICY: readonly string[] = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  'img-src blob: data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** Of every answer. Pages of other origins can neither read it, nor frame it, nor keep a hold of its window. */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY.join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  // Logs grow, and another version of layertap may answer at this port tomorrow.
  'cache-control': 'no-store',
};
