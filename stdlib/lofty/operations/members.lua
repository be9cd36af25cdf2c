--- Operations on the members of the team. Data only.

local M = {}

M.me = {
  method = "GET",
  path = "/v1.0/me",
  note = "its id is not the user id that leads carry in assignedUserId",
}

M.list = {
  method = "GET",
  path = "/v1.0/members",
  query = {
    groupIds = { type = "array", of = { type = "integer" }, min_items = 1, note = "ids of offices" },
    offset = { type = "integer", min = 0, default = 0 },
    limit = { type = "integer", min = 1, default = 25, note = "has a maximum that Lofty does not publish" },
  },
  reply = "members",
  page = "offset",
  page_size = 25, -- the default: a larger one may be above the unpublished maximum
  id = "id",
  codes = { "LIMIT_PARAM_OVERSIZE", "USER_NOT_EXIST" },
}

return M
