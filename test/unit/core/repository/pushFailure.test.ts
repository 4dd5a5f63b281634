import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Repository } from '../../../../src/core/repository/repository';
import { TestRepository } from './testRepository';

let test: TestRepository;
let server: Server;
let status: number;

beforeEach(async () => {
  test = new TestRepository();
  test.commit({ 'a.md': '1' });
  test.git('config', 'credential.helper', '');
  server = createServer((_request, response) => {
    response.writeHead(status, { 'www-authenticate': 'Basic realm="git"' }).end('no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  test.dispose();
});

async function push(url: string) {
  test.git('remote', 'add', 'origin', url);
  const opened = await Repository.open(test.folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  const target = await opened.value.pushTarget('main');
  if (!target.ok || !target.value) throw new Error('no target');
  expect(target.value.upstream).toBe(false);
  return opened.value.push(target.value);
}

const address = (login = ''): string => `http://${login}127.0.0.1:${(server.address() as AddressInfo).port}/team/study.git`;

it.each([[401, 'push-authentication'], [403, 'push-authentication'], [404, 'remote-unreachable']])('an answer of %i is explained', async (code, failure) => {
  status = code;
  expect(await push(address())).toMatchObject({ ok: false, failure: { code: failure, message: expect.stringContaining('origin') } });
});

it('a wrong password is no reason to show it', async () => {
  status = 401;
  const pushed = await push(address('mira:hunter2@'));
  expect(pushed).toMatchObject({ ok: false, failure: { code: 'push-authentication' } });
  expect(JSON.stringify(pushed)).not.toContain('hunter2');
});

it('a machine that is offline is told from a login that is refused', async () => {
  const url = address();
  await new Promise((resolve) => server.close(resolve));
  expect(await push(url)).toMatchObject({ ok: false, failure: { code: 'remote-unreachable', advice: expect.stringContaining('connection') } });
  server = createServer().listen(0);
});
