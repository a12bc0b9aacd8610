import { describe, expect, it } from 'vitest';
import { isListedTokenService, isOwnTokenService, parseRealm } from '../../../../src/oci/auth/realm-rule.ts';

describe('a token service', () => {
  it.each([
    ['ghcr.io', 'https://ghcr.io/token'],
    ['ghcr.io', 'https://auth.example.com/token'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5001/token'],
    ['localhost:5000', 'http://[::1]:5001/token'],
  ])('of %s may be asked at %s', (registry, realm) => expect(parseRealm(registry, realm).href).toBe(realm));

  it.each([
    ['ghcr.io', 'http://ghcr.io/token'],
    ['ghcr.io', 'http://127.0.0.1:5001/token'],
    ['ghcr.io', 'http://localhost/token'],
    ['127.0.0.1:5000', 'http://example.com/token'],
    ['127.0.0.1:5000', 'http://169.254.169.254/token'],
    ['ghcr.io', 'ftp://ghcr.io/token'],
    ['ghcr.io', 'https://u@ghcr.io/token'],
    ['ghcr.io', '/token'],
    ['ghcr.io', ''],
  ])('of %s is never asked at "%s"', (registry, realm) => {
    expect(() => parseRealm(registry, realm)).toThrow(/names a token service that/);
  });

  it.each([
    ['docker.io', 'https://auth.docker.io/token', true],
    ['ghcr.io', 'https://ghcr.io/token', true],
    ['registry.gitlab.com', 'https://gitlab.com/jwt/auth', true],
    ['registry.example.co.uk', 'https://auth.example.co.uk/', true],
    ['registry.example.co.uk', 'https://auth.other.co.uk/', false],
    ['one.azurecr.io', 'https://one.azurecr.io/oauth2/token', true],
    ['one.azurecr.io', 'https://two.azurecr.io/oauth2/token', false],
    ['acme.github.io', 'https://evil.github.io/', false],
    ['registry', 'https://auth/', false],
    ['registry:5000', 'https://registry:5001/', true],
    ['10.0.0.1:5000', 'https://10.0.0.2/', false],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/', true],
    ['localhost:80', 'http://localhost/token', true],
    ['[::1]:5000', 'http://[::1]:5000/', true],
    ['127.0.0.1:5000', 'http://127.0.0.1:5001/', false],
    ['127.0.0.1:5000', 'https://127.0.0.1:5001/', false],
    ['127.0.0.1:5000', 'http://localhost:5000/', false],
    ['127.0.0.1:5000', 'http://127.0.0.2:5000/', false],
    ['localhost:5000', 'http://localhost/', false],
    ['registry.example.com', 'http://registry.example.com/', false],
    ['registry.example.com', 'http://localhost/', false],
    ['127.0.0.1:5000', 'https://example.com/', false],
    ['docker.io', 'https://docker.io.example.com/', false],
  ])('of %s at %s may have its credentials: %s', async (registry, realm, expected) => {
    expect(await isOwnTokenService(registry, new URL(realm))).toBe(expected);
  });

  it.each([
    ['registry.example.com', 'https://auth.other.net/token', true],
    ['REGISTRY.example.com:443', 'https://auth.other.net/token', true],
    ['registry.example.com', 'https://AUTH.other.net/token', true],
    ['registry.example.com', 'https://auth.other.net:8443/token', false],
    ['registry.example.com', 'https://other.net/token', false],
    ['registry.example.com', 'https://evil.auth.other.net/token', false],
    ['registry.example.com', 'http://auth.other.net/token', false],
    ['other.example.com', 'https://auth.other.net/token', false],
    ['index.docker.io', 'https://login.other.net/token', true],
    ['constructor', 'https://auth.other.net/token', false],
    ['localhost:5000', 'http://localhost:5001/token', true],
    ['localhost:5000', 'http://localhost:5002/token', false],
  ])('of %s at %s is listed: %s', (registry, realm, expected) => {
    const listed = {
      'registry.example.com': ['auth.other.net'],
      'docker.io': ['login.other.net'],
      'localhost:5000': ['localhost:5001'],
    };
    expect(isListedTokenService(registry, new URL(realm), listed)).toBe(expected);
  });
});
