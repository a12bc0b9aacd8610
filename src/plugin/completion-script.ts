import type { Shell } from './shells.ts';

// None of them evaluates what is typed or what is answered, and each asks the docker-verify of PATH only: completing a word must not
// run a program that somebody put into the project's folder.

// COMP_WORDS is parted at : and = too; what no space parts belongs together, and bash replaces only the last part
const bash = `_docker_verify() {
  local word current value prefix rest=\${COMP_LINE:0:COMP_POINT} line directive=0 at spaced
  local -a words=()
  COMPREPLY=()
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    spaced=
    [[ $rest == [[:space:]]* ]] && spaced=yes
    rest=\${rest#"\${rest%%[![:space:]]*}"}
    if ((at == COMP_CWORD)) && [[ $word == "$rest"* ]]; then word=$rest; fi
    rest=\${rest#"$word"}
    if ((at > 0)) && [[ -z $spaced ]]; then words[\${#words[@]}-1]+=$word; else words+=("$word"); fi
  done
  current=\${words[\${#words[@]}-1]}
  value=$current
  prefix=
  case $current in --*=*) prefix=\${current%%=*}= value=\${current#*=} ;; esac
  while IFS= read -r line; do
    case $line in
      :*) directive=\${line#:} ;;
      *)
        line=\${line%%$'\\t'*}
        if [[ $line == "$value"* ]]; then COMPREPLY+=("$prefix$line"); fi
        ;;
    esac
  done < <(command docker-verify __complete "\${words[@]:1}" 2>/dev/null)
  [[ $directive == *[!0-9]* || -z $directive ]] && directive=0
  rest=$current
  for word in : = @; do
    if [[ $COMP_WORDBREAKS == *$word* ]]; then rest=\${rest##*"$word"}; fi
  done
  prefix=\${current%"$rest"}
  for at in "\${!COMPREPLY[@]}"; do COMPREPLY[at]=\${COMPREPLY[at]#"$prefix"}; done
  type compopt >/dev/null 2>&1 || return 0
  if ((directive & 2)); then compopt -o nospace; fi
  if ((directive & 4)); then compopt +o default; fi
  if ((directive & 16)); then compopt +o default -o dirnames; fi
}
complete -o default -F _docker_verify docker-verify
`;

const zsh = `#compdef docker-verify
_docker_verify() {
  local -a values earlier extra
  local line value text directive=0 tab=$'\\t'
  earlier=("\${(@Q)words[2,CURRENT-1]}")
  for line in "\${(@f)$(command docker-verify __complete "\${earlier[@]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    if [[ $line == :<-> ]]; then
      directive=\${line#:}
    elif [[ -n $line ]]; then
      value=\${line%%$tab*}
      text=\${line#*$tab}
      if [[ $text == $line ]]; then values+=("\${value//:/\\\\:}"); else values+=("\${value//:/\\\\:}:$text"); fi
    fi
  done
  if [[ $PREFIX == --*=* ]]; then compset -P '*='; fi
  if (( directive & 2 )); then extra=(-S ''); fi
  if (( \${#values} )); then
    _describe -V docker-verify values "\${extra[@]}"
  elif (( directive & 16 )); then
    _files -/
  elif (( ! (directive & 4) )); then
    _files
  fi
}
compdef _docker_verify docker-verify
# a folder of completions runs all of this for the first word that is completed
if [[ $funcstack[1] == _docker-verify ]]; then _docker_verify "$@"; fi
`;

const fish = `function __docker_verify_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l prefix ''
    set -l value $current
    if string match -q -- '--*=*' "$current"
        set prefix (string replace -r -- '=.*' '=' "$current")
        set value (string replace -r -- '^[^=]*=' '' "$current")
    end
    set -l answers (command docker-verify __complete $words "$current" 2>/dev/null)
    set -l values (string match -v -r -- '^:[0-9]+$' $answers)
    set -l directive (string match -r -- '^:[0-9]+$' $answers)[-1]
    if test (count $values) -gt 0
        printf '%s\\n' $prefix$values
    else if contains -- "$directive" :0 :2
        for path in (__fish_complete_path "$value")
            printf '%s\\n' $prefix$path
        end
    else if contains -- "$directive" :16 :18
        for path in (__fish_complete_directories "$value" '')
            printf '%s\\n' $prefix$path
        end
    end
end
complete -c docker-verify -f -a '(__docker_verify_complete)'
`;

// an empty argument reaches a program in PowerShell before 7.3 only with quotes of its own
const powershell = `Register-ArgumentCompleter -Native -CommandName docker-verify -ScriptBlock {
  param($word, $command, $position)
  $program = Get-Command docker-verify -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
  if (-not $program) { return }
  $words = @($command.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $position } |
    ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
  if ($word -eq '') {
    $passesEmpty = $PSVersionTable.PSVersion -ge [version]'7.3.0' -and $PSNativeCommandArgumentPassing -ne 'Legacy'
    $words += $(if ($passesEmpty) { '' } else { '""' })
  }
  $prefix = ''
  $value = $word
  if ($word -match '^(--[^=]+=)(.*)$') { $prefix = $Matches[1]; $value = $Matches[2] }
  & $program __complete @words 2>$null | Where-Object { $_ -notlike ':*' } | ForEach-Object {
    $offered, $text = $_ -split "\`t", 2
    if ($offered.StartsWith($value)) {
      $written = "$prefix$offered"
      if ($written -match '[^\\w./:=-]') {
        $written = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($written) + "'"
      }
      [System.Management.Automation.CompletionResult]::new($written, $offered, 'ParameterValue', $(if ($text) { $text } else { $offered }))
    }
  }
}
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };

/** A script for `shell` that completes `docker-verify …`; `docker verify …` is completed by Docker's own script, which asks us. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
