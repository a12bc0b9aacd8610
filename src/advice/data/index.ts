/** The data files, which no build needs: a part of the executable of their own (`scripts/build/bundle.ts`). */
export { default as chainguardImages } from './chainguard-images.json' with { type: 'json' };
export { default as dockerHardenedImages } from './docker-hardened-images.json' with { type: 'json' };
export { default as endOfLife } from './end-of-life.json' with { type: 'json' };
export { default as officialImages } from './official-images.json' with { type: 'json' };
