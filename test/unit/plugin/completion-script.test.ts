import { describe, expect, it } from 'vitest';
import { completionScript } from '../../../src/plugin/index.ts';

// no PowerShell can be had as a package here: what the script consists of is held to its language reference
describe('the completion of PowerShell', () => {
  const script = completionScript('powershell');

  it('is registered for the program, as one that is no cmdlet (about_Register-ArgumentCompleter: -Native)', () => {
    expect(script).toMatch(/^Register-ArgumentCompleter -Native -CommandName docker-verify -ScriptBlock \{$/m);
    expect(script).toContain('param($word, $command, $position)');
  });

  it('asks the program itself, by its path, with the words before the cursor', () => {
    expect(script).toContain('Get-Command docker-verify -CommandType Application');
    expect(script).toContain('& $program __complete @words');
  });

  it('quotes what holds more than plain letters by PowerShell itself, so that no name of a file or image ends the quotes', () => {
    const quoted = script.match(/"'" \+ .*? \+ "'"/g);
    expect(quoted).toEqual([
      `"'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($written) + "'"`,
    ]);
    const [, plain = ''] = /-match '(\[\^.*?\])'/.exec(script) ?? [];
    const needsQuotes = new RegExp(plain, 'u');
    const odd = ["it's", '$HOME', 'a b', '`x', '‘x', '@x', ';x', '&', '(x)', '{x}', '"x"', 'a,b', '#x'];
    expect(odd.filter((word) => !needsQuotes.test(word))).toEqual([]);
    const even = ['build', '--format=json', 'registry.example.com:5000/a/b'];
    expect(even.filter((word) => needsQuotes.test(word))).toEqual([]);
  });

  it('closes every brace and parenthesis that it opens', () => {
    const text = script.replace(/'[^'\n]*'/g, "''").replace(/"[^"\n]*"/g, '""');
    const count = (character: string): number => text.split(character).length - 1;
    const pairs = ['{}', '()', '[]'].map((pair) => pair.split('').map(count));
    expect(pairs.filter(([opened, closed]) => opened !== closed)).toEqual([]);
    expect(pairs.flat().every((found) => found > 0)).toBe(true);
  });
});
