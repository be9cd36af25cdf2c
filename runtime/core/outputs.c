#include "outputs.h"

static const char keep[] =
    "INSERT INTO outputs (run, head, left_out, tail) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (run) DO UPDATE SET head = excluded.head, left_out = excluded.left_out,"
    " tail = excluded.tail";
static const char find[] = "SELECT head, left_out, tail FROM outputs WHERE run = $1";
static const char forget[] = "DELETE FROM outputs WHERE run = $1";

bool outputs_keep(struct store *store, int64_t run, const struct output_text *text,
                  struct failure *failure) {
  return store_run(
      store, keep,
      STORE_WITH(store_integer(run), store_blob(text->head, text->head_length),
                 store_integer(text->left_out), store_blob(text->tail, text->tail_length)),
      NULL, failure);
}

struct finding {
  outputs_visit *visit;
  void *context;
};

static bool take_text(void *context, const struct store_value *columns, int count) {
  const struct finding *finding = context;
  (void)count;
  const struct output_text text = {.head = columns[0].data,
                                   .head_length = columns[0].length,
                                   .left_out = columns[1].integer,
                                   .tail = columns[2].data,
                                   .tail_length = columns[2].length};
  finding->visit(finding->context, &text);
  return false;
}

enum store_answer outputs_find(struct store *store, int64_t run, outputs_visit *visit,
                               void *context, struct failure *failure) {
  struct finding finding = {.visit = visit, .context = context};
  return store_query(store, find, STORE_WITH(store_integer(run)), take_text, &finding, failure);
}

bool outputs_forget(struct store *store, int64_t run, struct failure *failure) {
  return store_run(store, forget, STORE_WITH(store_integer(run)), NULL, failure);
}
