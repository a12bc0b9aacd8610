import { join } from 'node:path';
import ts from 'typescript';

/** Whether a source, changed, still compiles; of an unused name nothing is said. */
export type TypeCheck = (file: string, source: string) => boolean;

/** The compiler with the project's own settings. `project` is absolute, files are relative to it. */
export function typeCheckOf(project: string): TypeCheck {
  const config = ts.readConfigFile(join(project, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const parsed = ts.parseJsonConfigFileContent({ ...config.config, include: ['src'] }, ts.sys, project);
  const options: ts.CompilerOptions = {
    ...parsed.options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    allowUnreachableCode: true,
  };
  let changed: { readonly path: string; readonly source: string } | null = null;
  let version = 0;
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => parsed.fileNames,
    getScriptVersion: (path) => (path === changed?.path ? `${version}` : '0'),
    getScriptSnapshot: (path) => {
      const source = path === changed?.path ? changed.source : ts.sys.readFile(path);
      return source === undefined ? undefined : ts.ScriptSnapshot.fromString(source);
    },
    getCurrentDirectory: () => project,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => ts.sys.fileExists(path),
    readFile: (path, encoding) => ts.sys.readFile(path, encoding),
  };
  const service = ts.createLanguageService(host);
  return (file, source) => {
    const path = join(project, file);
    changed = { path, source };
    version++;
    return service.getSyntacticDiagnostics(path).length === 0 && service.getSemanticDiagnostics(path).length === 0;
  };
}
