# What is deployed: a whitelist, so that a test, a note or a key beside the code never is.

locals {
  _root    = coalesce(var.source_directory, "${path.module}/..")
  _prompts = coalesce(var.prompts, "${local._root}/prompts")
  _code    = concat(["main.py", "requirements.txt", "livetoken/prompts/languages.json", "livetoken/usage/prices.json"], tolist(fileset(local._root, "livetoken/**/*.py")))

  # name in the archive => file on this machine
  files = merge(
    { for path in local._code : path => "${local._root}/${path}" if !can(regex("(^|/)\\.", path)) },
    { for name in setunion(fileset(local._prompts, "*.md"), fileset(local._prompts, "knowledge/*.md")) : "prompts/${name}" => "${local._prompts}/${name}" if can(regex("^(knowledge/)?[a-z0-9][a-z0-9-]*\\.md$", name)) },
  )

  # In the archive's own path, so that a saved plan still finds what it was made from.
  _content = substr(sha256(jsonencode({ for name, file in local.files : name => filesha256(file) })), 0, 16)
}
