/** The last moment before a request is sent: it may have waited for a connection since somebody decided to send it. */
import { DecoratorHandler, type Dispatcher } from "undici";

/** Thrown in place of a request that must not be sent any more: the lease was lost after the decision was taken. */
export class Fenced extends Error {}

class FencedHandler extends DecoratorHandler {
  readonly #mayWrite: () => boolean;

  constructor(handler: Dispatcher.DispatchHandler, mayWrite: () => boolean) {
    super(handler);
    this.#mayWrite = mayWrite;
  }

  /** Called as the request is written to its socket; what it throws ends the request, and nothing is written. */
  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (!this.#mayWrite()) throw new Fenced();
    // The package's types do not name what its class has.
    (DecoratorHandler.prototype as Dispatcher.DispatchHandler).onRequestStart?.call(this, controller, context);
  }
}

/** The same dispatcher, which asks as each request is written to its socket, and throws Fenced in its place. */
export function fenced(dispatcher: Dispatcher, mayWrite: () => boolean): Dispatcher {
  return dispatcher.compose(
    (dispatch) => (options, handler) => dispatch(options, new FencedHandler(handler, mayWrite)),
  );
}
