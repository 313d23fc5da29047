-- Clients that follow some of many objects resume by those objects' topics, not by reading past everybody else's.
CREATE INDEX event_topic ON event (topic, position);
