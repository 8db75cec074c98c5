package dev.weir.exchange;

import java.util.List;

/** An effect that writes down, in a list it shares with others, what became of its request. */
record NotedEffect(String name, List<String> notes) implements Effect {
    @Override
    public void succeeded() {
        notes.add(name + " succeeded");
    }

    @Override
    public void failed() {
        notes.add(name + " failed");
    }

    @Override
    public void skipped() {
        notes.add(name + " skipped");
    }
}
