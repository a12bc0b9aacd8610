import { describe, expect, it } from 'vitest';
import { parseInspection } from '../../../../src/builder/nodes/builder-inspection.ts';

const container = `Name:          big
Driver:        docker-container
Last Activity: 2026-11-22 01:09:30 +0000 UTC

Nodes:
Name:                  big0
Endpoint:              unix:///var/run/docker.sock
Driver Options:        image="moby/buildkit:v0.18.2" network="host"
Status:                running
BuildKit daemon flags: --allow-insecure-entitlement=network.host
BuildKit version:      v0.18.2
Platforms:             linux/arm64*, linux/amd64, linux/arm/v7
Labels:
 org.mobyproject.buildkit.worker.executor: oci
GC Policy rule#0:
 All:            false

Name:     big1
Endpoint: tcp://10.0.0.2:1234
Error:    connection refused
`;

describe('parseInspection', () => {
  it('reads the builder and each node', () => {
    expect(parseInspection(container)).toEqual({
      name: 'big',
      driver: 'docker-container',
      nodes: [
        {
          name: 'big0',
          endpoint: 'unix:///var/run/docker.sock',
          status: 'running',
          buildkitVersion: 'v0.18.2',
          platforms: ['linux/arm64', 'linux/amd64', 'linux/arm/v7'],
          image: 'moby/buildkit:v0.18.2',
          error: null,
        },
        {
          name: 'big1',
          endpoint: 'tcp://10.0.0.2:1234',
          status: '',
          buildkitVersion: null,
          platforms: [],
          image: null,
          error: 'connection refused',
        },
      ],
    });
  });

  it("reads older buildx's name for the version, and takes zeros for none", () => {
    const older = 'Name: a\nDriver: docker\n\nNodes:\nName: a\nStatus: running\nBuildkit: v0.11.6\n';
    expect(parseInspection(older).nodes[0]?.buildkitVersion).toBe('v0.11.6');
    expect(parseInspection(older.replace('v0.11.6', 'v0.0.0+unknown')).nodes[0]?.buildkitVersion).toBeNull();
  });

  it('finds nothing in what is no inspection', () => {
    expect(parseInspection('ERROR: no builder "x" found\n')).toEqual({ name: '', driver: '', nodes: [] });
  });
});
