import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LabError } from '../../errors.ts';
import { LabState, type ServiceRecord } from '../state.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-state-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const record: ServiceRecord = {
  name: 'hub',
  pid: 1,
  started: 'boot/1',
  command: ['node'],
  log: '/l',
  port: 4000,
  fingerprint: 'f',
  since: 's',
};

describe('LabState', () => {
  it('is empty for a lab that has never run, and writes nothing until something is set', () => {
    expect(LabState.load(dir).services).toEqual([]);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is read back unchanged by another process', () => {
    const state = LabState.load(dir);
    state.setService(record);
    state.setPort('hub', 4000);
    state.setEndpoints('hub', { url: 'u' });
    const again = LabState.load(dir);
    expect(again.service('hub')).toEqual(record);
    expect(again.ports).toEqual({ hub: 4000 });
    expect(again.endpoints).toEqual({ hub: { url: 'u' } });
    again.removeService('hub');
    expect(LabState.load(dir).services).toEqual([]);
  });

  it('generates a secret once', () => {
    expect(LabState.load(dir).secret('token', () => 'first')).toBe('first');
    expect(LabState.load(dir).secret('token', () => 'second')).toBe('first');
  });

  it('is readable only by its owner, and leaves no temporary file', () => {
    LabState.load(dir).setPort('hub', 1);
    expect(readdirSync(dir)).toEqual(['state.json']);
    expect(statSync(join(dir, 'state.json')).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{"version": 1', '{"version": 2}', 'null'])('rejects an invalid file with the next step: %j', (text) => {
    writeFileSync(join(dir, 'state.json'), text);
    expect(() => LabState.load(dir)).toThrow(LabError);
    expect(LabState.empty(dir).services).toEqual([]);
  });
});
