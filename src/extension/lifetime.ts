/** Everything with an end, ended together; what arrives after the end is disposed at once. */
export class Lifetime {
  private items: { dispose(): unknown }[] | undefined = [];

  add<Item extends { dispose(): unknown }>(item: Item): Item {
    if (this.items) this.items.push(item);
    else item.dispose();
    return item;
  }

  dispose(): void {
    const items = this.items ?? [];
    this.items = undefined;
    for (const item of items.reverse()) item.dispose();
  }
}
