import { connect } from 'node:net';

/** Stops watching; may be called more than once. */
export type StopWatching = () => void;

/**
 * Watches the socket that Docker names in DOCKER_CLI_PLUGIN_SOCKET (docker/cli, cli-plugins/socket) and calls `onEnd`, once, when
 * Docker closes it: the person has interrupted the command. A socket that is absent or cannot be reached is no error. Does not keep
 * the process alive.
 */
export function watchPluginSocket(address: string | undefined, onEnd: () => void): StopWatching {
  if (address === undefined || address === '') return () => {};
  // An abstract socket is written @name and begins with a zero byte.
  const path = address.startsWith('@') ? `\0${address.slice(1)}` : address;
  let isWatching = true;
  let isConnected = false;
  const socket = connect({ path });
  socket.unref();
  const stop = (): void => {
    isWatching = false;
    socket.destroy();
  };
  socket.on('connect', () => {
    isConnected = true;
  });
  socket.on('error', () => {}); // `close` follows
  socket.on('close', () => {
    const hasEnded = isWatching && isConnected;
    isWatching = false;
    if (hasEnded) onEnd();
  });
  socket.resume();
  return stop;
}
