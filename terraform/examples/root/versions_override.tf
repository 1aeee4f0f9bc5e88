# Exact versions, for where terraform/ is the root; as a module it leaves the choice to whoever uses it. Their hashes
# stand in .terraform.lock.hcl, which your first `terraform init` writes: commit it.
terraform {
  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = "2.8.0"
    }
    google = {
      source  = "hashicorp/google"
      version = "8.0.0"
    }
  }
}
