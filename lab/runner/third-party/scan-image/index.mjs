function fail(title, message) {
  console.log(`::error title=${title}::${message}`);
  process.exitCode = 1;
}

const image = process.env.INPUT_IMAGE ?? '';
const [, registry, name, reference] = /^([^/]+)\/(.+?)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
if (registry === undefined) {
  fail('no digest', `The image must be named by digest, REGISTRY/NAME@sha256:…; it is "${image}".`);
  process.exit();
}

// The login that anchore/scan-action's engine takes from its environment.
const credentials = `${process.env.GRYPE_REGISTRY_AUTH_USERNAME ?? ''}:${process.env.GRYPE_REGISTRY_AUTH_PASSWORD ?? ''}`;
const headers = {
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
  accept: [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ].join(', '),
};

async function read(path) {
  const answer = await fetch(`http://${registry}/v2/${name}/${path}`, { headers });
  if (!answer.ok) throw new Error(`${registry} answers ${answer.status} for ${name}/${path}`);
  return answer.json();
}

/** The configurations of the image's platforms; attestations have none. */
async function configurations(digest) {
  const manifest = await read(`manifests/${digest}`);
  if (manifest.manifests === undefined) return [await read(`blobs/${manifest.config.digest}`)];
  const platforms = manifest.manifests.filter(({ platform }) => platform?.os !== 'unknown');
  return (await Promise.all(platforms.map(({ digest: each }) => configurations(each)))).flat();
}

const SECRET = /(password|passwd|secret|token|api_?key|private_?key)[^=]*=./i;

for (const { config = {}, os, architecture } of await configurations(reference)) {
  const platform = `${os}/${architecture}`;
  const user = config.User ?? '';
  if (user === '' || /^(root|0)(:|$)/.test(user))
    fail('runs as root', `${image} (${platform}) has no USER other than root.`);
  const secrets = (config.Env ?? [])
    .filter((variable) => SECRET.test(variable))
    .map((variable) => variable.split('=')[0]);
  if (secrets.length > 0)
    fail('secret in the image', `${image} (${platform}) carries ${secrets.join(', ')} in its environment.`);
  const revision = config.Labels?.['org.opencontainers.image.revision'];
  if (revision === undefined)
    fail('unknown origin', `${image} (${platform}) has no label org.opencontainers.image.revision.`);
  console.log(`${platform}: user ${user}, revision ${revision}`);
}
console.log(
  '::notice title=vulnerabilities not scanned::The lab has no vulnerability database; on GitHub this step runs anchore/scan-action.',
);
