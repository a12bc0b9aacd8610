/** What stands between a scheme and the host: up to the last `@`, as URLs are read (WHATWG URL, authority state), since a password may have one. */
const userOfUrl = /([a-z][a-z0-9+.-]{0,30}:\/\/)[^/?#\s]*@/gi;

/** Schemes of BuildKit's behind which no user stands: the `@` there is that of a digest. */
const withoutUsers = /^(?:docker-image|oci-layout):/i;

/** A text without the users and passwords that stand inside its URLs. */
export function withoutCredentials(text: string): string {
  return text.replace(userOfUrl, (whole, scheme: string) => (withoutUsers.test(scheme) ? whole : scheme));
}
