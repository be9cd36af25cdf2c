/* Runs and their writes, and the keys of what is done once. */
#include "core/journal.h"

#include "core/once.h"
#include "core/outputs.h"
#include "state_folder.h"

static struct journal *open_journal(const char *script) {
  struct journal *journal = NULL;
  struct failure failure = {.code = ""};
  if (!journal_open(folder, &journal, &failure) ||
      (script && !journal_begin_run(journal, script, "me@there", journal_now(), &failure)))
    TEST_NOTE("not opened: %s", failure.message);
  return journal;
}

struct seen {
  int runs, writes;
  struct journal_run run; /* the last one; its texts are not to be followed */
  char states[256];       /* of writes, with blanks between */
  char texts[256];
};

static bool see_run(void *context, const struct journal_run *run) {
  struct seen *seen = context;
  seen->runs++;
  seen->run = *run;
  return true;
}

static bool see_write(void *context, const struct journal_write *write) {
  struct seen *seen = context;
  size_t length = strlen(seen->states);
  seen->writes++;
  snprintf(seen->states + length, sizeof seen->states - length, "%s%d:%s", length ? " " : "",
           (int)write->number, write->state);
  snprintf(seen->texts, sizeof seen->texts, "%s %s %s %s %s %s %s", write->operation, write->method,
           write->path, write->parameters ? write->parameters : "-",
           write->fields ? write->fields : "-", write->key ? write->key : "-",
           write->result ? write->result : "-");
  return true;
}

static const char *states_of(struct journal *journal, int64_t run, const char *key) {
  static struct seen seen;
  seen = (struct seen){.runs = 0};
  CHECK(journal_writes(journal, run, 0, key, see_write, &seen, NULL));
  return seen.states;
}

static struct seen look_at(struct journal *journal, int64_t run) {
  struct seen seen = {.runs = 0};
  if (journal_run(journal, run, see_run, &seen, NULL) != STORE_YES) TEST_NOTE("no such run");
  return seen;
}

static const struct journal_write task = {
    .operation = "tasks.create", .method = "POST", .path = "/v2.0/tasks", .fields = "{}"};

static void test_writes(struct journal *other) {
  struct journal *journal = open_journal("a.lua");
  int64_t run = journal_run_id(journal);
  TEST("a write is there for others before it is settled");
  struct journal_write writes[] = {task, task};
  writes[1].parameters = "[7]";
  writes[1].key = "k";
  CHECK_INT(journal_next_number(journal), 1);
  CHECK(journal_send(journal, writes, 2, NULL));
  CHECK_INT(writes[0].number, 1);
  CHECK_INT(writes[1].number, 2);
  CHECK_STR(states_of(other, run, NULL), "1:sending 2:sending");
  CHECK_STR(states_of(other, run, "k"), "2:sending");
  TEST("settled, and sent again");
  CHECK(journal_settle(journal, run, 1, "done", "{\"taskId\":5}", NULL));
  CHECK(journal_settle(journal, run, 2, "refused", "{}", NULL));
  CHECK_STR(states_of(other, run, NULL), "1:done 2:refused");
  CHECK(journal_send(journal, &writes[1], 1, NULL));
  CHECK_STR(states_of(other, run, NULL), "1:done 2:sending");
  CHECK_INT(journal_next_number(journal), 3);
  struct seen seen = {.runs = 0};
  CHECK(journal_writes(other, run, 1, NULL, see_write, &seen, NULL));
  CHECK_STR(seen.texts, "tasks.create POST /v2.0/tasks [7] {} k -");
  TEST("a run counts its writes, and is alive");
  seen = look_at(other, run);
  CHECK_INT(seen.run.done, 1);
  CHECK_INT(seen.run.open, 1);
  CHECK(seen.run.alive && seen.run.ended == 0);
  TEST("what may have made something: done, or sent by a run that lives");
  seen = (struct seen){.runs = 0};
  CHECK(journal_made(other, "tasks.create", 0, 0, see_write, &seen, NULL));
  CHECK_STR(seen.states, "1:done 2:sending");
  TEST("a run that was not ended has died");
  journal_close(journal);
  seen = look_at(other, run);
  CHECK(!seen.run.alive && seen.run.ended == 0);
  seen = (struct seen){.runs = 0};
  CHECK(journal_made(other, "tasks.create", 0, 0, see_write, &seen, NULL));
  CHECK_STR(seen.states, "1:done");
  TEST("a later run takes over what was done");
  journal = open_journal("b.lua");
  CHECK(journal_take_over(journal, run, 1, NULL));
  CHECK_STR(states_of(other, journal_run_id(journal), NULL), "1:earlier");
  CHECK_INT(journal_next_number(journal), 2);
  TEST("a run that was ended says so");
  run = journal_run_id(journal);
  CHECK(journal_end_run(journal, 130, NULL));
  journal_close(journal);
  seen = look_at(other, run);
  CHECK(!seen.run.alive && seen.run.ended > 0);
  CHECK_INT(seen.run.exit_code, 130);
}

static void end(struct journal *journal) {
  CHECK(journal_end_run(journal, 0, NULL));
  journal_close(journal);
}

/* Begins and ends a run; with a write in this state. */
static int64_t past_run(const char *state) {
  struct journal *journal = open_journal("old.lua");
  int64_t run = journal_run_id(journal);
  struct journal_write write = task;
  if (state) {
    CHECK(journal_send(journal, &write, 1, NULL));
    CHECK(journal_settle(journal, run, 1, state, NULL, NULL));
  }
  end(journal);
  return run;
}

static void age(struct journal *journal, int64_t run, int days) {
  static const char sql[] = "UPDATE runs SET began = began - $1 WHERE id = $2";
  CHECK(store_run(journal_store(journal), sql,
                  STORE_WITH(store_integer(days * INT64_C(86400000)), store_integer(run)), NULL,
                  NULL));
}

static void see_output(void *context, const struct output_text *text) {
  (void)context;
  CHECK(text->head_length == 1 && text->tail_length == 0);
}

static void test_forgetting(struct journal *other) {
  struct seen seen;
  TEST("runs of long ago are forgotten, but not what is in doubt, held, or alive");
  int64_t done = past_run("done"), unknown = past_run("unknown"), young = past_run("done");
  int64_t held = past_run("done");
  struct once_key key = {.state = "partway", .run = held, .first = 1};
  CHECK(once_put(journal_store(other), "me", "held", &key, 1000, STORE_USUAL, NULL));
  const struct output_text printed = {.head = "x", .head_length = 1, .tail = ""};
  CHECK(outputs_keep(journal_store(other), done, &printed, NULL));
  CHECK(outputs_keep(journal_store(other), young, &printed, NULL));
  struct journal *living = open_journal("living.lua");
  int64_t alive = journal_run_id(living);
  const int64_t old[] = {done, unknown, held, alive};
  for (size_t i = 0; i < 4; i++) age(other, old[i], 91);
  age(other, young, 89);
  past_run(NULL);
  CHECK_INT(journal_run(other, done, see_run, &seen, NULL), STORE_NO);
  CHECK_STR(states_of(other, done, NULL), "");
  CHECK_INT(outputs_find(journal_store(other), done, see_output, &seen, NULL), STORE_NO);
  CHECK_INT(outputs_find(journal_store(other), young, see_output, &seen, NULL), STORE_YES);
  for (size_t i = 1; i < 4; i++) look_at(other, old[i]);
  look_at(other, young);
  CHECK_STR(states_of(other, young, NULL), "1:done");
  journal_close(living);
  TEST("so are those before the last ten thousand");
  static const char ahead[] =
      "INSERT INTO runs (id, script, account, process, began) VALUES ($1, 'x', 'x', 1, $2)";
  look_at(other, young);
  CHECK(store_run(journal_store(other), ahead,
                  STORE_WITH(store_integer(young + 10000), store_integer(INT64_MAX / 2)), NULL,
                  NULL));
  past_run(NULL);
  CHECK_INT(journal_run(other, young, see_run, &seen, NULL), STORE_NO);
  look_at(other, unknown);
}

/* Begins and ends a run of so many writes, and says that it was long ago. */
static int64_t large_run(struct journal *other, int count) {
  struct journal *journal = open_journal("large.lua");
  struct journal_write writes[500];
  int64_t run = journal_run_id(journal);
  for (int sent = 0; sent < count; sent += 500) {
    for (int i = 0; i < 500; i++) writes[i] = task;
    CHECK(journal_send(journal, writes, 500, NULL));
  }
  static const char sql[] = "UPDATE writes SET state = 'done' WHERE run = $1";
  CHECK(store_run(journal_store(journal), sql, STORE_WITH(store_integer(run)), NULL, NULL));
  end(journal);
  age(other, run, 91);
  return run;
}

static int64_t writes_of(struct journal *journal, int64_t run) {
  struct seen seen = {.runs = 0};
  CHECK(journal_writes(journal, run, 0, NULL, see_write, &seen, NULL));
  return seen.writes;
}

static void test_large(struct journal *other) {
  struct seen seen;
  TEST("a run that begins does not forget a large one as a whole");
  int64_t large = large_run(other, 12000);
  CHECK_INT(look_at(other, large).run.done, 12000);
  past_run(NULL);
  CHECK_INT(writes_of(other, large), 7000);
  CHECK_INT(look_at(other, large).run.done, 12000);
  TEST("one that wrote forgets twice as much when it ends");
  large_run(other, 3000);
  CHECK_INT(writes_of(other, large), 0);
  CHECK_INT(journal_run(other, large, see_run, &seen, NULL), STORE_NO);
}

static void test_back(void) {
  struct journal *journal = open_journal("back.lua");
  struct journal_write writes[] = {task, task, task};
  struct seen seen = {.runs = 0};
  TEST("writes are shown from the last one back");
  CHECK(journal_send(journal, writes, 3, NULL));
  CHECK(journal_settle(journal, journal_run_id(journal), 2, "done", NULL, NULL));
  CHECK(journal_writes_back(journal, journal_run_id(journal), 0, see_write, &seen, NULL));
  CHECK_STR(seen.states, "3:sending 2:done 1:sending");
  seen = (struct seen){.runs = 0};
  CHECK(journal_writes_back(journal, journal_run_id(journal), 2, see_write, &seen, NULL));
  CHECK_STR(seen.states, "1:sending");
  end(journal);
}

static void test_version(struct journal *other) {
  int64_t before, after;
  TEST("what others write is noticed");
  CHECK(store_version(journal_store(other), &before, NULL));
  CHECK(store_version(journal_store(other), &after, NULL));
  CHECK_INT(after, before);
  past_run(NULL);
  CHECK(store_version(journal_store(other), &after, NULL));
  CHECK(after != before);
}

static bool see_key(void *context, const struct once_key *key) {
  snprintf(context, 64, "%s %d %d %s", key->state, (int)key->run, (int)key->first,
           key->result ? key->result : "-");
  return true;
}

static void test_keys(struct store *store) {
  char text[64] = "";
  struct once_key key = {.state = "begun", .run = 3, .first = 4, .began = 5};
  TEST("a key is set, read and removed");
  CHECK_INT(once_get(store, "me", "k", 1000, see_key, text, NULL), STORE_NO);
  CHECK(once_put(store, "me", "k", &key, 1000, STORE_USUAL, NULL));
  CHECK_INT(once_get(store, "me", "k", 1000, see_key, text, NULL), STORE_YES);
  CHECK_STR(text, "begun 3 4 -");
  CHECK_INT(once_get(store, "you", "k", 1000, see_key, text, NULL), STORE_NO);
  key = (struct once_key){.state = "done", .run = 3, .first = 4, .result = "[1]"};
  CHECK(once_put(store, "me", "k", &key, 1000, STORE_DURABLE, NULL));
  CHECK_INT(once_get(store, "me", "k", 1000, see_key, text, NULL), STORE_YES);
  CHECK_STR(text, "done 3 4 [1]");
  CHECK(once_remove(store, "me", "k", NULL));
  CHECK_INT(once_get(store, "me", "k", 1000, see_key, text, NULL), STORE_NO);
  TEST("a key whose time is over is none");
  key.until = 1000;
  CHECK(once_put(store, "me", "k", &key, 1000, STORE_USUAL, NULL));
  CHECK_INT(once_get(store, "me", "k", 1000, see_key, text, NULL), STORE_NO);
  key.until = 1001;
  CHECK(once_put(store, "me", "k", &key, 1000, STORE_USUAL, NULL));
  CHECK_INT(once_get(store, "me", "k", 1000, see_key, text, NULL), STORE_YES);
}

static void test_memory(void) {
  struct journal *journal = NULL;
  TEST("in memory it is the same");
  CHECK(journal_open(NULL, &journal, NULL) &&
        journal_begin_run(journal, "m", "m", journal_now(), NULL));
  struct journal_write write = task;
  CHECK(journal_send(journal, &write, 1, NULL));
  CHECK_STR(states_of(journal, journal_run_id(journal), NULL), "1:sending");
  CHECK(look_at(journal, journal_run_id(journal)).run.alive);
  end(journal);
}

int main(void) {
  if (!begin_folder("")) return 1;
  struct journal *other = open_journal(NULL);
  if (other) {
    test_writes(other);
    test_back();
    test_version(other);
    test_large(other);
    test_forgetting(other);
    test_keys(journal_store(other));
    test_memory();
    journal_close(other);
  }
  TEST("the folder is clean");
  end_folder(0);
  return test_finish();
}
