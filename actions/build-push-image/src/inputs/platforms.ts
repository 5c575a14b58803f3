import type { Parsed } from '../../../lib/runner/inputs.ts';

/** `os/arch` or `os/arch/variant`, as BuildKit and the image index write it. */
export function parsePlatform(text: string): Parsed<string> {
  const platform = text.trim().toLowerCase();
  return /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/.test(platform)
    ? { value: normalizePlatform(platform) }
    : { problem: 'is not a platform (os/arch or os/arch/variant)' };
}

/** A list of platforms, or one string with commas. */
export function parsePlatforms(data: unknown): Parsed<string[]> {
  const items = (Array.isArray(data) ? data.map(String) : String(data).split(/[,\n]/)).filter(
    (text) => text.trim() !== '',
  );
  const platforms = new Set<string>();
  for (const text of items) {
    const parsed = parsePlatform(text);
    if ('problem' in parsed) return { problem: `has ${JSON.stringify(text)}, which ${parsed.problem}` };
    platforms.add(parsed.value);
  }
  return { value: [...platforms] };
}

/**
 * A platform in the form that BuildKit writes: `linux/arm64` for `linux/arm64/v8`, `linux/arm/v7` for `linux/arm`.
 * Source: https://github.com/containerd/platforms/blob/main/database.go
 */
export function normalizePlatform(platform: string): string {
  const [os = '', architecture = '', variant = ''] = platform.split('/');
  const arch = { x86_64: 'amd64', 'x86-64': 'amd64', aarch64: 'arm64', armhf: 'arm' }[architecture] ?? architecture;
  if (arch === 'arm64' && (variant === 'v8' || variant === '8')) return `${os}/${arch}`;
  if (arch === 'amd64' && variant === 'v1') return `${os}/${arch}`;
  if (arch === 'arm' && variant === '') return `${os}/${arch}/v7`;
  return variant === '' ? `${os}/${arch}` : `${os}/${arch}/${variant}`;
}
