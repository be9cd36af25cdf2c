--- Finding operations for people who know Lofty's documentation but not our names: by path, by method and path, by the
--- words of a title ("create task", "list leads for agent") or of an operation id ("addTask"); misspelt ones as well.
local operations = require "lofty.operations"
local nearest = require("native.text").nearest

local M = {}

--- So many are shown, and none that has less than this part of the first one's points.
local MOST, WORTH_A_LOOK = 8, 0.3

--- Words for one thing, spelt as our names and Lofty's paths spell it.
local SAME = {
  add = "create", new = "create", post = "create", insert = "create", trigger = "create", edit = "update",
  modify = "update", change = "update", put = "update", save = "update", set = "update", push = "update",
  remove = "delete", trash = "delete", del = "delete", fetch = "get", read = "get", show = "get", retrieve = "get",
  query = "list", search = "list", find = "list", browse = "list", all = "list", complete = "finish",
  reopen = "unfinish", mail = "email", sms = "text", appt = "appointment", company = "organization",
  org = "organization", user = "member", current = "me", profile = "me", subscription = "webhook",
  subscribe = "webhook", callback = "webhook", stage = "pipeline", communication = "message", history = "message",
  logtype = "manual_log", my = "mine", assignee = "routing", contact = "lead",
}

--- Operation ids of Lofty's description whose words lead elsewhere or nowhere.
local CALLED = {
  add_2 = "manual_logs.create", delete_2 = "manual_logs.delete", findPondById = "team.get_pond",
  getAssigneeInfo = "leads.preview_routing", getByUserId = "listings.list_for_agent", getList = "calls.list",
  list_1 = "system_logs.list", list_2 = "notes.list", list_3 = "manual_logs.list", list_4 = "leads.list",
  list_5 = "v1.appointments.list", listTasksByUser = "tasks.mine", updateContacts = "leads.sync_brokermint",
}

--- Words that tell nothing apart.
local IDLE = {}
for word in ("v1 v2 of for a an the by to in on with id lofty api from s"):gmatch("%S+") do IDLE[word] = true end

local function stem(word)
  word = SAME[word] or word
  if #word > 3 and word:find("s$") and not word:find("ss$") then
    word = word:find("ies$") and word:gsub("ies$", "y") or word:sub(1, -2)
  end
  return SAME[word] or word
end

--- "addTask", "/v2.0/tasks", "Create a Task" -> the set of their words, each as `spell` spells it.
local function words_of(text, spell)
  local words = {}
  text = text:gsub("{.-}", " "):gsub("(%l)(%u)", "%1 %2"):gsub("(%a)(%d)", "%1 %2"):lower()
  for word in text:gmatch("%w+") do
    if not IDLE[word] and not word:find("^%d+$") then words[(spell or stem)(word)] = true end
  end
  return words
end

--- Every word of a name, a path or a synonym.
local function vocabulary()
  local known, list = {}, {}
  local function add(word)
    if not known[word] then list[#list + 1] = word end
    known[word] = true
  end
  for _, name in ipairs(operations.names()) do
    for word in pairs(words_of(name)) do add(word) end
    for word in pairs(words_of(operations.find(name).path)) do add(word) end
  end
  for word, meaning in pairs(SAME) do
    add(word)
    add(meaning)
  end
  table.sort(list)
  return known, list
end

--- The words of a topic, those that are no word of Lofty's replaced by the nearest one that is.
local function wanted_words(topic)
  local known, list = vocabulary()
  return words_of(topic, function(word)
    if known[word] or known[stem(word)] then return stem(word) end
    return stem(nearest(word, list) or word)
  end)
end

--- What a method does, for those who name the deed and not the operation's verb.
local METHOD_VERBS = { GET = { "get", "list" }, POST = { "create" }, PUT = { "update" }, DELETE = { "delete" } }

--- How well an operation's name and path fit the words; `rarity` is what a word counts above others.
local function score(row, wanted, rarity)
  local name, path, points = words_of(row.name), words_of(row.path), row.name:find("^v1%.") and -0.2 or 0
  for word in pairs(wanted) do
    points = points + (name[word] and 2 + rarity[word] or path[word] and 1 + rarity[word] or -1)
  end
  for word in pairs(name) do
    if not wanted[word] then points = points - 0.7 end
  end
  for _, each in ipairs(METHOD_VERBS[row.method]) do
    if wanted[each] and not name[each] then points = points + 0.5 end
  end
  return points
end

--- Words that few operations have tell more: 2 for one of a single operation, hardly anything for "lead".
local function rarity_of(wanted)
  local counts, rarity = {}, {}
  for _, name in ipairs(operations.names()) do
    local its = words_of(name .. " " .. operations.find(name).path)
    for word in pairs(wanted) do counts[word] = (counts[word] or 0) + (its[word] and 1 or 0) end
  end
  for word, count in pairs(counts) do rarity[word] = 2 / math.max(count, 1) ^ 0.5 end
  return rarity
end

--- "/v1.0/leads/123/?x=1" -> "/v1.0/leads/{}", as the paths of the rows are compared.
local function plain_path(path)
  return (path:gsub("%?.*$", ""):gsub("{.-}", "{}"):gsub("/%d[%w-]*%f[/%z]", "/{}"):gsub("/$", ""))
end

--- Those at a path, with that method where one is named and there; else those at the nearest path.
local function by_path(method, path)
  path = plain_path(path)
  local at, paths = {}, {}
  for _, name in ipairs(operations.names()) do
    local its = plain_path(operations.find(name).path)
    if not at[its] then at[its], paths[#paths + 1] = {}, its end
    table.insert(at[its], name)
  end
  for _, name in ipairs(method and at[path] or {}) do
    if operations.find(name).method == method:upper() then return { name }, true end
  end
  return at[path] or at[nearest(path, paths) or ""] or {}, at[path] ~= nil and not method
end

local function by_words(topic)
  local wanted, ranked, names = wanted_words(topic), {}, {}
  local rarity = rarity_of(wanted)
  for _, name in ipairs(operations.names()) do
    local points = score(operations.find(name), wanted, rarity)
    if points >= 1 then ranked[#ranked + 1] = { name = name, points = points } end
  end
  table.sort(ranked, function(a, b) return a.points > b.points or a.points == b.points and a.name < b.name end)
  for index = 1, math.min(#ranked, MOST) do
    if ranked[index].points < ranked[1].points * WORTH_A_LOOK then break end
    names[index] = ranked[index].name
  end
  return names
end

--- The operations that a topic may mean, likeliest first.
---@param topic string
---@return string[] names
---@return boolean exact whether the topic says just these: a path with or without a method, an operation id
function M.find(topic)
  local method, path = topic:match("^(%a+)%s+(/%S*)$")
  path = path or topic:match("^/%S*$")
  if path then return by_path(method, path) end
  if CALLED[topic] then return { CALLED[topic] }, true end
  return by_words(topic), false
end

return M
