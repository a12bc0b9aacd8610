/** A count of the images that are done, for a person who waits. */
export interface CountedProgress {
  /** Says what is going on, with the count behind it where there are several images. */
  readonly progress: (text: string) => void;
  /** To be called for each image that is done. */
  readonly done: (name: string) => void;
}

/** Progress that counts up to `total`: `verifying docker.io/library/alpine:3.20 (7/30)`. */
export function countedProgress(show: (text: string) => void, total: number): CountedProgress {
  let count = 0;
  const progress = (text: string): void => show(total > 1 ? `${text} (${count}/${total})` : text);
  return {
    progress,
    done(name) {
      count += 1;
      progress(`verified ${name}`);
    },
  };
}
