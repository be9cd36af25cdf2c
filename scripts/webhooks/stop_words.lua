#!/usr/bin/env loftyrun
-- Marks a lead who has answered STOP: no more texts, and a tag that says why.
--
-- A file of handlers: loftyrun serve runs it for each text that Lofty's webhooks tell of (list text). The text is read;
-- where it came from the lead and says nothing but one of the words below, in any letter case, the lead's cannotText is
-- set and the tag added. Nothing is sent and nothing removed. Lofty tells of manual and logged texts only, never of
-- automatic ones: whether it tells of a lead's answers is not documented, so look at what arrives (loftyrun inbox) before
-- you rely on it.
--
-- Usage    loftyrun serve --listen 127.0.0.1:8443 scripts/webhooks/stop_words.lua
--   --help   print the usage
--
-- Calls    reads messages.get_text, leads.get; writes leads.update.
-- Again    An event that comes twice changes nothing the second time. A text that cannot be read yet is tried again, in
--          5 seconds and 5 minutes; then it counts as deleted.
-- Ends     loftyrun serve goes on; an event whose call failed is tried again, and after nine times rests as dead in
--          loftyrun inbox list state=dead

local lofty = require "lofty"
local args = require "lofty.args"

args.parse({ purpose = "Marks leads who have answered STOP. Give it to loftyrun serve --listen.", options = {} }, arg)

--- Change these in a copy of your own.
local WORDS = { "stop", "stopall", "unsubscribe", "cancel", "end", "quit" }
local TAG = "STOP"

local is_stop = {}
for _, word in ipairs(WORDS) do is_stop[word] = true end

--- What is left of a text without blanks and punctuation around it.
local function plain(text) return (tostring(text):lower():match("^[%s%p]*(.-)[%s%p]*$")) end

lofty.on.webhook("text.created", { name = "stop-words" }, function(event)
  local text = event:fetch()
  if not text then return end
  if tostring(text.direction):lower() ~= "inbound" or not is_stop[plain(text.textContent)] then return end
  local lead = lofty.leads.get(text.leadId)
  if not lead.cannotText then lofty.leads.update(lead.leadId, { cannotText = true }) end
  lofty.leads.add_tags(lead.leadId, { TAG })
  lofty.log.info("a lead must not be texted any more", { lead = lead.leadId })
end)
