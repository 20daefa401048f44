/**
 * Decorators of sessions: what core puts around the port between a connector and its source. The same ones serve runs and
 * tests; a connector knows nothing of them.
 */
import type { Connector } from "../connector/connector.ts";
import type { ConnectOptions, Driver } from "../connector/session.ts";

/** Opens a connection: the `connect` of a connector, or a decorated one. */
export type Connect = (config: unknown, options: ConnectOptions) => Promise<Driver>;

/** Puts something around every session of a connector. */
export type Decorator = (connect: Connect, connector: Connector) => Connect;

/** A connector whose sessions are decorated. The first decorator stands next to the driver, the last is asked first. */
export function decorate(connector: Connector, ...decorators: readonly Decorator[]): Connector {
  const connect = decorators.reduce<Connect>(
    (inner, decorator) => decorator(inner, connector),
    (config, options) => connector.connect(config, options),
  );
  return { ...connector, connect };
}

/** A driver that does what another one does, but for the methods given. */
export function driverAround(driver: Driver, methods: Partial<Driver>): Driver {
  return {
    request: (name, args, signal, after) => driver.request(name, args, signal, after),
    begin: (signal, work) => driver.begin(signal, work),
    end: () => driver.end(),
    close: () => driver.close(),
    ...methods,
  };
}
