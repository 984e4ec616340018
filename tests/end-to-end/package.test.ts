import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';
import { installPackage, type Packaged, root, run } from '../packaged.ts';
import { cli } from './client.ts';
import { researchOver } from './package-session.ts';

suite('the published package', { timeout: 240_000 }, () => {
  let packaged: Packaged;
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-package-'));
  before(async () => {
    packaged = await installPackage(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A home of its own, with nothing of this repository in the environment. */
  function transportTo(command: string, ...flags: string[]): StdioClientTransport {
    const cwd = mkdtempSync(join(packaged.project, 'home-'));
    const env = { PATH: process.env.PATH ?? '', STRATLAB_LOG_LEVEL: 'warn' };
    return new StdioClientTransport({ command: process.execPath, args: [command, 'serve', ...flags], cwd, env });
  }

  test('is JavaScript only, small, with licences and few dependencies', () => {
    const installed = resolve(packaged.command, '..');
    assert.ok(statSync(packaged.tarball).size < 3e6, `${statSync(packaged.tarball).size} bytes`);
    assert.deepEqual(
      readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')),
      [],
    );
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    assert.deepEqual(Object.keys(dependencies), ['better-sqlite3', '@resvg/resvg-wasm', 'dejavu-fonts-ttf']);
    assert.match(readFileSync(join(installed, 'licences.txt'), 'utf8'), /^zod \d/m);
    assert.ok(existsSync(join(installed, 'LICENSE')));
  });

  test('npx stratlab demo works in an empty folder, on a market that says it is synthetic', async () => {
    const cwd = mkdtempSync(join(packaged.project, 'demo-'));
    const env = { PATH: process.env.PATH ?? '' };
    const { stdout } = await run('npx', ['--offline', 'stratlab', 'demo'], { cwd, env });
    assert.match(stdout, /a SYNTHETIC market is used/);
    assert.match(stdout, /Verdict: /);
    assert.match(stdout, /claude mcp add stratlab .* -- node \S+stratlab\.js serve/);
    assert.ok(existsSync(/Report\s+(\S+\.html)/.exec(stdout)?.[1] ?? ''), stdout);
  });

  test('a session over its server, with a training and a picture, ends in the bytes that the sources give', async () => {
    const bundled = await researchOver(transportTo(packaged.command, '--toolsets', 'all'));
    assert.equal(bundled.picture, 'PNG');
    assert.deepEqual(bundled, await researchOver(transportTo(cli, '--toolsets', 'all')));
  });

  test('refuses a Node whose Node-API would crash the database', async () => {
    const older = "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'22.13.1',napi:'9'}})";
    await assert.rejects(
      run(process.execPath, ['--import', older, packaged.command, 'status']),
      (error) => error instanceof Error && /needs Node 22\.14.*this is 22\.13\.1/.test(error.message),
    );
  });

  test('the bundle for Claude Desktop is valid and its server offers what it announces', async () => {
    const unpacked = join(packaged.out, 'unpacked');
    const mcpb = join(root, 'node_modules', '.bin', 'mcpb');
    await run(process.execPath, [join(root, 'package', 'desktop.ts'), packaged.out]);
    await run(mcpb, ['unpack', packaged.tarball.replace(/tgz$/, 'mcpb'), unpacked]);
    await run(mcpb, ['validate', join(unpacked, 'manifest.json')]);
    const manifest = z
      .object({ server: z.object({ entry_point: z.string() }), tools: z.array(z.object({ name: z.string() })) })
      .parse(JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')));
    const { tools, picture } = await researchOver(
      transportTo(join(unpacked, manifest.server.entry_point), '--toolsets', 'core,knowledge,system,backtest'),
    );
    assert.equal(picture, 'PNG');
    for (const { name } of manifest.tools) assert.ok(tools.includes(name), name);
  });
});
