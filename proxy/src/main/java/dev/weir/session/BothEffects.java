package dev.weir.session;

import dev.weir.exchange.Effect;

/** Two effects of one request. */
record BothEffects(Effect first, Effect second) implements Effect {
    @Override
    public void noticed() {
        first.noticed();
        second.noticed();
    }

    @Override
    public void succeeded() {
        first.succeeded();
        second.succeeded();
    }

    @Override
    public void failed() {
        first.failed();
        second.failed();
    }

    @Override
    public void skipped() {
        first.skipped();
        second.skipped();
    }
}
