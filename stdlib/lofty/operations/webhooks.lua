--- Operations on webhook subscriptions. Data only.

local M = {}

M.list = {
  method = "GET",
  path = "/v1.0/webhooks",
  page = "none",
  id = "subscribeId",
}

M.create = {
  method = "POST",
  path = "/v1.0/webhook",
  body = {
    type = "object",
    fields = {
      listId = {
        type = "integer",
        min = 1,
        max = 12,
        required = true,
        note = "1 agent, 2 lead, 3 site activity, 4 listing alert, 5 transaction, 6 call, 7 email, 8 text, "
          .. "9 note, 10 task, 11 appointment, 12 stage change",
      },
      callbackUrl = { type = "string", format = "https-url", required = true },
      limit = { type = "integer", min = 1, max = 5000, default = 100, note = "events in one delivery" },
      permissionMode = {
        type = "integer",
        enum = { 0, 1 },
        default = 0,
        note = "0: leads assigned to the subscriber; 1: also those the subscriber's team or office owns",
      },
    },
  },
  note = "the same subscription twice is delivered twice",
  answers = "subscribeId",
  codes = { "WEBHOOK_TYPE_ERROR", "WEBHOOK_CALLBACK_URL_INVALID", "WEBHOOK_EXCEED_LIMIT" },
}

M.delete = {
  method = "DELETE",
  path = "/v1.0/webhook/{subscribeId}",
  params = { { name = "subscribeId", type = "integer", min = 1 } },
  codes = { "WEBHOOK_DELETE_NOT_EXIST", "WEBHOOK_DELETE_NO_AUTHORITY" },
}

return M
