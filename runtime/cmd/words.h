/* Kinds of words on the command line, for those who complete them. */
#ifndef CMD_WORDS_H
#define CMD_WORDS_H

enum word_kind {
  WORD_ANY, /* nobody knows which: nothing is offered */
  WORD_FILE,
  WORD_FOLDER,
  WORD_PROFILE,
  WORD_OPERATION, /* leads.update */
  WORD_TOPIC,     /* of loftyrun help */
  WORD_JOB,
  WORD_GRANT,
  WORD_ZONE,
  WORD_ACTION,  /* another action of the command */
  WORD_INTERNAL /* what begins so is for loftyrun itself: neither offered nor suggested */
};

#endif
