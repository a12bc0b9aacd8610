/**
 * What Node reads of the environment that could change which code runs, what is trusted, what is written or what is said. Much of
 * it is acted upon before the first line of a script, and no option turns it off: a channel is opened on a descriptor that may be
 * anybody's, files and folders are made, requests are printed with what they carry.
 */
export const unheardVariables: readonly string[] = [
  'NODE_CHANNEL_FD',
  'NODE_COMPILE_CACHE',
  'NODE_DEBUG',
  'NODE_EXTRA_CA_CERTS',
  'NODE_ICU_DATA',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_PENDING_DEPRECATION',
  'NODE_REDIRECT_WARNINGS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_TEST_CONTEXT',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_UNIQUE_ID',
  'NODE_USE_ENV_PROXY',
  'NODE_V8_COVERAGE',
  'WATCH_REPORT_DEPENDENCIES',
];

/**
 * Node's executable with these variables' names made into others of the same length that no shell lets anybody set, wherever they stand:
 * Node asks for them, and there is nothing.
 * @throws where one of them is not found, as in a Node that has renamed it
 */
export function withoutVariables(node: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  for (const name of unheardVariables) {
    const unheard = `$${name.slice(1)}`; // Node's own sources say `process.env.NODE_…`, so it must be a name in JavaScript too
    let at = node.indexOf(name, 0, 'latin1');
    if (at < 0) throw new Error(`this Node knows no ${name}: look at what it reads now`);
    for (; at >= 0; at = node.indexOf(name, at, 'latin1')) node.write(unheard, at, 'latin1');
  }
  return node;
}
