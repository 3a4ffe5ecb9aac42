// An object of which some methods are others, the rest its own. For what stands between the engine and its ledger.

/** `instead` takes the place of the same methods; the others are bound to the object, whose private fields they need. */
export function withInstead<T extends object>(own: T, instead: Partial<T>): T {
  return new Proxy(own, {
    get: (target, name) => {
      if (Object.hasOwn(instead, name)) return Reflect.get(instead, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
