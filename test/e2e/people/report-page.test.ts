import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Report, ReportImage } from '../../../src/model/index.ts';
import { renderReport } from '../../../src/report/index.ts';
import { picturedReport } from '../../unit/report/picture/pictured.ts';
import { finding, reportOn, signedImage, unsignedImage } from '../../unit/report/reports.ts';
import { browserProgram, useBrowser } from '../support/browser.ts';
import { acmePolicy, lab, projectFolder, runVerify } from '../support/lab.ts';

const { registry } = lab();
const plain = { color: false, width: null };

/** What would run, load or lead away if it became markup, in each place where a text can stand. */
const weapons = [
  '</script><script>globalThis.pwned = true</script>',
  '"><img src=x onerror="globalThis.pwned = true">',
  "' onmouseover='globalThis.pwned = true' x='",
  '</title><svg onload="globalThis.pwned = true">',
  'javascript:globalThis.pwned=true',
  '</style><style>*{display:none}</style>',
  '\u202e\u2066allowed\u2069<a href="javascript:globalThis.pwned=true">x</a>',
  ']]><foreignObject><iframe srcdoc="x"></iframe></foreignObject>',
] as const;

function hostileReport(): Report {
  const images = weapons.map((weapon): ReportImage => {
    const signer = { kind: 'keyless', identity: weapon, issuer: weapon } as const;
    return {
      ...signedImage,
      name: `registry.example.com/x:${weapon}` as ReportImage['name'],
      status: 'block',
      uses: [{ kind: 'from', target: weapon, stage: weapon, file: weapon, line: 1, column: 1 }],
      evidence: signedImage.evidence.map((piece) => ({ ...piece, signer })),
      decisions: [{ layer: 'project', policy: weapon, rule: weapon, line: 1, status: 'block' }],
      findings: [finding('signature.invalid', { message: weapon, expected: weapon, found: weapon, hint: weapon })],
      lineage: [
        { ...(picturedReport.images[0]?.lineage[0] as ReportImage['lineage'][number]), name: weapon, note: weapon },
      ],
    };
  });
  const policies = weapons.map((source) => ({ layer: 'project', source, sha256: source }) as const);
  return reportOn(images, 'block', { policies, breakGlass: weapons[0], time: weapons[1] });
}

/** As many images as a large company has in one survey. */
function manyImages(count: number): Report {
  const images = Array.from({ length: count }, (_, at): ReportImage => {
    const image = at % 7 === 0 ? unsignedImage : signedImage;
    const uses = [{ ...image.uses[0], file: `services/${at % 120}/Dockerfile` }] as unknown as ReportImage['uses'];
    return { ...image, name: `registry.example.com/service-${at}:1.0` as ReportImage['name'], uses };
  });
  return reportOn(images, 'block', { files: [] });
}

const { browser, put } = useBrowser();

/** What the browser had to say against the page: errors of its script, what its policy refused, what it asked a network for. */
function complaints(): readonly string[] {
  return browser()
    .takeEvents()
    .filter(({ method, params }) => {
      if (method === 'Network.requestWillBeSent') return !JSON.stringify(params).includes('"url":"file://');
      return method === 'Log.entryAdded' || method === 'Runtime.exceptionThrown';
    })
    .map(({ method, params }) => `${method} ${JSON.stringify(params)}`);
}

describe.skipIf(browserProgram === null)('a page in a browser (needs chromium or google-chrome on PATH)', () => {
  it('runs nothing and sends no request, whatever stands in it', async () => {
    browser().takeEvents();
    await browser().open(await put(renderReport(hostileReport(), 'html', plain)));
    expect(await browser().evaluate('globalThis.pwned')).toBeUndefined();
    expect(complaints()).toEqual([]);
    const own =
      'document.querySelectorAll("script, style, iframe, img, foreignObject, object, [onload], [onerror]").length';
    expect(await browser().evaluate(own)).toBe(2);
    const links =
      '[...document.querySelectorAll("[href]")].every((link) => /^#image-[0-9]+$/.test(link.getAttribute("href")))';
    expect(await browser().evaluate(links)).toBe(true);
  });

  it('would run nothing even if a text became markup: its policy refuses it', async () => {
    const safe = renderReport(picturedReport, 'html', plain);
    const attacked = safe.replace('<main>', `<main>${weapons.join('')}`);
    await browser().open(await put(attacked), { bypassesPolicy: true });
    expect(await browser().evaluate('globalThis.pwned')).toBe(true);
    browser().takeEvents();
    await browser().open(await put(attacked));
    expect(await browser().evaluate('globalThis.pwned')).toBeUndefined();
    expect(complaints().join('\n')).toContain('Content Security Policy');
  });

  it('is read without scripts, and sorted and filtered with them', async () => {
    const url = await put(renderReport(picturedReport, 'html', plain));
    const names = '[...document.querySelectorAll("tbody tr:not([hidden]) a")].map((link) => link.textContent)';
    const [golang, node, alpine] = picturedReport.images.map(({ name }) => name);
    await browser().open(url);
    expect(await browser().evaluate(names)).toEqual([alpine, golang, node]);
    const sortBy = (column: number): Promise<unknown> =>
      browser().evaluate(`document.querySelectorAll('th button')[${column}].click()`);
    await sortBy(1);
    expect(await browser().evaluate(names)).toEqual([alpine, golang, node]);
    await sortBy(1);
    expect(await browser().evaluate(names)).toEqual([node, golang, alpine]);
    expect(await browser().evaluate('document.querySelectorAll("th")[1].ariaSort')).toBe('descending');
    await sortBy(0);
    expect(((await browser().evaluate(names)) as readonly string[])[0]).toBe(alpine);
    const set = (what: string, value: string, event: string): Promise<unknown> =>
      browser().evaluate(
        `(() => { const control = document.querySelector('.tools ${what}'); control.value = ${JSON.stringify(value)}; control.dispatchEvent(new Event('${event}')); })()`,
      );
    await set('input', 'GOLANG 1.22', 'input');
    expect(await browser().evaluate(names)).toEqual([golang]);
    expect(await browser().evaluate('document.querySelector("output").textContent')).toBe('1 of 3');
    expect(await browser().evaluate('document.querySelectorAll("section[hidden]").length')).toBe(2);
    await set('input', '', 'input');
    await set('select', '✗ blocked', 'change');
    expect(await browser().evaluate(names)).toEqual([alpine]);
  });

  it('shows all that it says where no script runs', async () => {
    await browser().open(await put(renderReport(picturedReport, 'html', plain)), { scripts: false });
    const { root } = await browser().send('DOM.getDocument', { depth: -1 });
    const text = JSON.stringify(root);
    for (const { name } of picturedReport.images) expect(text).toContain(name);
    expect(text).not.toContain('"INPUT"');
    await browser().send('Emulation.setScriptExecutionDisabled', { value: false });
  });

  it('of 500 images opens at once, with what is refused in view', async () => {
    await browser().resize(1280, 'light');
    const url = await put(renderReport(manyImages(500), 'html', plain));
    const started = performance.now();
    await browser().open(url);
    await browser().evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect(performance.now() - started).toBeLessThan(10_000); // 0.9 to 1.4 s on two busy cores
    expect(await browser().evaluate('document.querySelectorAll("tbody tr").length')).toBe(500);
    const open = '[...document.querySelectorAll("section")].filter((each) => each.checkVisibility()).length';
    expect(await browser().evaluate(open)).toBe(72);
  });

  it('is what `check` writes of a real build', async () => {
    const dockerfile = `FROM ${registry}/signed/base:1 AS builder\nFROM ${registry}/unsigned/base:1\nCOPY --from=builder /bin/busybox /b\n`;
    const project = await projectFolder({ Dockerfile: dockerfile, 'docker-verify.yaml': acmePolicy() });
    const { status } = await runVerify(['check', '--format', 'html=page.html', '.'], { cwd: project });
    expect(status).toBe(10);
    browser().takeEvents();
    await browser().open(pathToFileURL(join(project, 'page.html')).href);
    expect(complaints()).toEqual([]);
    const boxes = await browser().evaluate(
      '[...document.querySelectorAll(".picture title")].map((title) => title.textContent)',
    );
    expect(boxes).toEqual([
      'stage 1: line 2 FROM',
      expect.stringMatching(/^image .*\/unsigned\/base:1: ✗ blocked: unsigned; .*used by stage 1$/),
      'stage builder: line 1 FROM',
      expect.stringMatching(/^image .*\/signed\/base:1: ✓ allowed: signed by acme .*used by stage builder$/),
    ]);
  });
});
