/** What is uploaded: the image, or its cache. */
export type Upload = 'image' | 'cache';

/**
 * What BuildKit reports of an upload: one line when it begins and one when it ends, without a count of bytes, in every mode of `--progress`.
 * `progress.OneOff` in https://github.com/moby/buildkit/blob/v0.34.2/util/push/push.go and solver/llbsolver/export.go
 */
const UPLOAD = /^(pushing layers|pushing manifest for \S+|sending cache export)(?: [\d.]+s)?( done)?$/;

/** A step of a build that has begun. */
interface OpenStep {
  /** A login to a registry, which is part of an upload: `[auth] org/web:pull,push token for ghcr.io`. */
  isLogin: boolean;
  /** The uploads that have begun and not ended. */
  uploads: Set<string>;
}

/** Follows in BuildKit's log of a build (`--progress plain`) what is under way. */
export class OpenUploads {
  readonly #steps = new Map<string, OpenStep>();

  add(line: string): void {
    const [, number = '', text = ''] = /^#(\d+) (.*)$/.exec(line) ?? [];
    // `#0` says which builder is used, and begins the log.
    if (number === '0') this.#steps.clear();
    if (number === '' || number === '0') return;
    // A step that ends can begin again: an export does, first to create the image and then to push it.
    if (/^(?:DONE|CACHED|CANCELED|ERROR: )/.test(text)) this.#steps.delete(number);
    else this.addToStep(number, text);
  }

  /** The upload that is all the build still waits for: a step that runs or creates layers may be silent for any time. */
  get upload(): Upload | undefined {
    const steps = [...this.#steps.values()].filter(({ isLogin }) => !isLogin);
    if (steps.length === 0 || steps.some(({ uploads }) => uploads.size === 0)) return undefined;
    return steps.some(({ uploads }) => [...uploads].some((name) => name.startsWith('pushing '))) ? 'image' : 'cache';
  }

  private addToStep(number: string, text: string): void {
    const step = this.#steps.get(number) ?? { isLogin: text.startsWith('[auth] '), uploads: new Set() };
    this.#steps.set(number, step);
    const [, upload, done] = UPLOAD.exec(text) ?? [];
    if (upload === undefined) return;
    if (done === undefined) step.uploads.add(upload);
    else step.uploads.delete(upload);
  }
}
