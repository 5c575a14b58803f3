import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, EnvReader } from './env.ts';
import type { Readiness } from './health.ts';
import { errorFields, Log } from './log.ts';
import { Metrics } from './metrics.ts';
import { HttpServer } from './server.ts';
import { type Component, createService } from './service.ts';
import { readServiceSettings, type ServiceSettings } from './settings.ts';

/** Creates a component from its settings. Problems are collected in `env`, which is checked before `create`. */
export interface ComponentDefinition<Settings> {
  name: string;
  readSettings(env: EnvReader): Settings;
  create(settings: Settings, tools: { log: Log; metrics: Metrics; service: ServiceSettings }): Component;
}

type StopSignal = 'SIGTERM' | 'SIGINT';

/** Runs a component until the process ends: start, serve, drain on SIGTERM or SIGINT, exit. */
export async function run<Settings>(definition: ComponentDefinition<Settings>): Promise<void> {
  // Before the first await: a signal during the start would otherwise kill a half-started process silently.
  const stop = new Promise<StopSignal>((resolve) => onStopSignals(resolve));
  const startLog = new Log('info', { component: definition.name });
  process.on('uncaughtException', (error) => fail(startLog, 'stopped by an unexpected error', error));
  try {
    await serve(definition, stop);
  } catch (error) {
    fail(startLog, 'could not start', error);
  }
}

async function serve<Settings>(definition: ComponentDefinition<Settings>, stop: Promise<StopSignal>): Promise<void> {
  const env = new EnvReader(process.env);
  const service = readServiceSettings(env);
  const settings = definition.readSettings(env);
  env.finish();

  const log = new Log(service.logLevel, { component: definition.name });
  const metrics = new Metrics(service);
  const component = definition.create(settings, { log, metrics, service });
  const { app, readiness } = createService(service, component, { metrics, log });
  const server = await HttpServer.listen((request) => app.fetch(request), {
    host: service.host,
    port: service.port,
    headers: { 'x-shop-version': service.version },
  });
  log.info('listening', { port: server.port, version: service.version, revision: service.revision });

  const signal = await stop;
  log.info('shutting down', { signal, drainSeconds: service.drainSeconds });
  await shutDown({ server, readiness, log }, service);
  component.close?.();
  process.exit(0);
}

/** Leave the load balancer, keep serving what still arrives, then finish open requests: no request is lost. */
async function shutDown(
  { server, readiness, log }: { server: HttpServer; readiness: Readiness; log: Log },
  settings: ServiceSettings,
): Promise<void> {
  readiness.shutDown();
  server.drain();
  await sleep(settings.drainSeconds * 1000);
  log.info('no new connections', { openRequests: server.openRequests });
  const cut = await server.close(settings.shutdownSeconds * 1000);
  if (cut > 0) log.warn('requests cut', { cut, shutdownSeconds: settings.shutdownSeconds });
  log.info('stopped');
}

/**
 * Calls `first` for the first signal; a second one ends the process at once, with the exit code that a shell would
 * show.
 */
function onStopSignals(first: (signal: StopSignal) => void): void {
  let stopping = false;
  const listener = (signal: StopSignal): void => {
    if (stopping) process.exit(128 + constants.signals[signal]);
    stopping = true;
    first(signal);
  };
  process.on('SIGTERM', listener);
  process.on('SIGINT', listener);
}

function fail(log: Log, msg: string, error: unknown): never {
  log.error(msg, error instanceof ConfigError ? { problems: error.problems } : errorFields(error));
  process.exit(1);
}
