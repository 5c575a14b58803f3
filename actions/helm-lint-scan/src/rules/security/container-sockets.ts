/** Where container runtimes listen, below `/run`, to which `/var/run` is a link. */
const SOCKETS = [
  'docker.sock',
  'containerd/containerd.sock',
  'k3s/containerd/containerd.sock',
  'crio/crio.sock',
  'cri-dockerd.sock',
  'dockershim.sock',
  'podman/podman.sock',
].map((path) => `/run/${path}`);

/** Whether a path on a node is the socket of a container runtime, a directory above one, or neither. */
export function containerSockets(path: string): 'socket' | 'above' | 'none' {
  const plain = normalize(path);
  if (SOCKETS.includes(plain)) return 'socket';
  const directory = plain === '/' ? plain : `${plain}/`;
  return SOCKETS.some((socket) => socket.startsWith(directory)) ? 'above' : 'none';
}

/** Without a slash at the end, without repeated ones, and without `/var` before `/run`. */
const normalize = (path: string): string =>
  path
    .replaceAll(/\/+/g, '/')
    .replace(/(?<=.)\/$/, '')
    .replace(/^\/var\/run(?=\/|$)/, '/run');
