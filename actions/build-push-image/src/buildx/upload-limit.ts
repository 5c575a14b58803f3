import { OpenUploads, type Upload } from './open-uploads.ts';

/** Ends a build that waits for nothing but an upload, when BuildKit has reported nothing for a time. */
export class UploadLimit {
  readonly #seconds: number;
  readonly #uploads = new OpenUploads();
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** The upload that exceeded the limit. */
  exceededBy: Upload | undefined;

  /** @param seconds 0 for no limit */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Ends the build. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @param line of BuildKit's log */
  add(line: string): void {
    this.stop();
    this.#uploads.add(line);
    const { upload } = this.#uploads;
    if (upload === undefined || this.#seconds === 0) return;
    this.#timer = setTimeout(() => {
      this.exceededBy = upload;
      this.#controller.abort();
    }, this.#seconds * 1000);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
