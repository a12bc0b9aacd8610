import type { Shell } from './shells.ts';

const bash = `_docker_verify() {
  local IFS=$'\\n' line words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while read -r line; do
    case $line in
      :*) ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete "\${words[@]}" 2>/dev/null)
  COMPREPLY=($(compgen -W "\${COMPREPLY[*]}" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _docker_verify docker-verify
`;

const zsh = `#compdef docker-verify
_docker_verify() {
  local -a values
  local line
  for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ $line == :* || -z $line ]] && continue
    values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#values} )); then _describe docker-verify values; else _files; fi
}
compdef _docker_verify docker-verify
`;

const fish = `function __docker_verify_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l answers ($words[1] __complete $words[2..] 2>/dev/null)
    string match -v ':*' -- $answers
    if contains -- ':0' $answers
        __fish_complete_path (commandline -ct)
    else if contains -- ':16' $answers
        __fish_complete_directories (commandline -ct) ''
    end
end
complete -c docker-verify -f -a '(__docker_verify_complete)'
`;

const powershell = `Register-ArgumentCompleter -Native -CommandName docker-verify -ScriptBlock {
  param($word, $command, $position)
  $words = @($command.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += '""' }
  & docker-verify __complete @words 2>$null | Where-Object { $_ -notlike ':*' } | ForEach-Object {
    $value, $text = $_ -split "\`t", 2
    if ($value -like "$word*") {
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $(if ($text) { $text } else { $value }))
    }
  }
}
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };

/** A script for `shell` that completes `docker-verify …`; `docker verify …` is completed by Docker's own script, which asks us. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
