import { projectAddress } from '../../src/report/index.ts';
import type { Target } from '../build/target.ts';
import { executableName, manualName, version } from './names.ts';
import type { ReleasedFile } from './provenance.ts';

const systems = { darwin: 'on_macos', linux: 'on_linux' } as const;
const processors = { arm64: 'on_arm', x64: 'on_intel' } as const;

function digestOf(name: string, files: readonly ReleasedFile[]): string {
  return files.find((file) => file.name === name)?.sha256 ?? '';
}

function blockOf(platform: keyof typeof systems, targets: readonly Target[], files: readonly ReleasedFile[]): string {
  const lines = targets
    .filter((target) => target.platform === platform)
    .flatMap((target) => {
      const name = executableName(target);
      return [
        `    ${processors[target.arch]} do`,
        `      url "${projectAddress}releases/download/v${version}/${name}"`,
        `      sha256 "${digestOf(name, files)}"`,
        '    end',
      ];
    });
  return lines.length === 0 ? '' : [`  ${systems[platform]} do`, ...lines, '  end', ''].join('\n');
}

/**
 * A Homebrew formula (docs.brew.sh, "Formula Cookbook"). Docker does not look into Homebrew's folders by itself: the caveat says what
 * Homebrew's own formulae of plugins say.
 */
export function formulaOf(targets: readonly Target[], files: readonly ReleasedFile[]): string {
  return `class DockerVerify < Formula
  desc "Docker CLI plugin that proves who made every image a build pulls"
  homepage "${projectAddress}"
  version "${version}"
  license "Apache-2.0"

${blockOf('darwin', targets, files)}
${blockOf('linux', targets, files)}
  resource "manual" do
    url "${projectAddress}releases/download/v${version}/${manualName}"
    sha256 "${digestOf(manualName, files)}"
  end

  def install
    binary = Dir["docker-verify-*"].first
    chmod 0755, binary
    (lib/"docker/cli-plugins").install binary => "docker-verify"
    plugin = lib/"docker/cli-plugins/docker-verify"
    # the completions ask the docker-verify of PATH
    bin.install_symlink plugin
    resource("manual").stage { man1.install Dir["*.1"] }
    (bash_completion/"docker-verify").write Utils.safe_popen_read(plugin, "completion", "bash")
    (zsh_completion/"_docker-verify").write Utils.safe_popen_read(plugin, "completion", "zsh")
    (fish_completion/"docker-verify.fish").write Utils.safe_popen_read(plugin, "completion", "fish")
  end

  def caveats
    <<~EOS
      docker-verify is a Docker plugin. For Docker to find it, add "cliPluginsExtraDirs" to ~/.docker/config.json:
        "cliPluginsExtraDirs": [
            "#{HOMEBREW_PREFIX}/lib/docker/cli-plugins"
        ]
    EOS
  end

  test do
    assert_match version.to_s, shell_output("#{lib}/docker/cli-plugins/docker-verify version")
  end
end
`;
}
