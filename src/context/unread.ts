/** Why a context cannot be read before the build. Nothing is wrong with it by that: the builder is asked instead. */
export class Unread extends Error {
  override readonly name = 'Unread';
}
