--- The names of the helpers, by resource. They stand apart from what they name, so that a script which calls operations
--- only need not load the helpers.
return {
  leads = { "add_tags", "find", "find_all", "find_or_create", "remove_tags", "set_tags", "wait" },
  manual_logs = { "wait" },
  notes = { "edit", "pin", "unpin", "wait" },
  transactions = { "each_all", "edit_property_address", "list_all" },
  webhooks = { "sync" },
}
