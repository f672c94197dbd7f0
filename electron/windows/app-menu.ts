import { app, Menu } from 'electron';
import { dockTemplate, type MenuHands, type MenuState, menuTemplate } from '../desktop/menu-template.ts';

/** The app's menus, made anew when what they depend on has changed. */
export class AppMenu {
  readonly #hands: MenuHands;
  #state: MenuState;
  #isDue = false;

  constructor(state: MenuState, hands: MenuHands) {
    this.#state = state;
    this.#hands = hands;
    this.#show();
  }

  update(change: Partial<MenuState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#isDue) return;
    // Several changes often come at once, as with another screen.
    this.#isDue = true;
    queueMicrotask(() => this.#show());
  }

  #show(): void {
    this.#isDue = false;
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(this.#state, this.#hands)));
    app.dock?.setMenu(Menu.buildFromTemplate(dockTemplate(this.#state, this.#hands)));
  }
}
