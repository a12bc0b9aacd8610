import type { Shell } from './shells.ts';

// `function` comes first, so that an alias called docker is not put in place of the name that is being defined.
const bourne = `function docker {
  if [ "\${1-}" = verify-build ]; then
    shift
    command docker verify build "$@"
  else
    command docker "$@"
  fi
}
`;

const fish = `function docker --wraps docker
    if test (count $argv) -gt 0; and test "$argv[1]" = verify-build
        command docker verify build $argv[2..]
    else
        command docker $argv
    end
end
`;

// Standard input is handed on only where there is one: a pipe to nothing would close it.
const powershell = `function docker {
  $program = (Get-Command -CommandType Application -Name docker -TotalCount 1).Source
  $words = @($args)
  if ($words.Count -gt 0 -and $words[0] -ceq 'verify-build') {
    $words = @('verify', 'build') + @($words | Select-Object -Skip 1)
  }
  if ($MyInvocation.ExpectingInput) { $input | & $program @words } else { & $program @words }
}
`;

const functions: Readonly<Record<Shell, string>> = { bash: bourne, zsh: bourne, fish, powershell };

/**
 * A function for `shell` under the name of docker that turns `docker verify-build …` into `docker verify build …` and leaves every
 * other call as it is; Docker itself knows no plugin with a hyphen in its name.
 */
export function shellFunction(shell: Shell): string {
  return functions[shell];
}
