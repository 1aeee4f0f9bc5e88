output "deploy_account" {
  description = "For the deployment's variable `deploy_account`."
  value       = google_service_account.deploy.email
}

output "put_key" {
  description = "To read and paste: puts the Gemini API key where the pipeline reads it; asks for it without showing it."
  value       = "read -rs KEY && printf %s \"$KEY\" | gcloud secrets versions add ${google_secret_manager_secret.key.secret_id} --project=${var.project_id} --data-file=-"
}

output "state_bucket" {
  description = "For `terraform init -backend-config=bucket=…`."
  value       = google_storage_bucket.state.name
}

output "submit" {
  description = "To read and paste: starts the pipeline from this machine."
  value       = "gcloud builds submit --project=${var.project_id} --region=${var.region} --config=cloudbuild.yaml --ignore-file=.gitignore --gcs-source-staging-dir=gs://${google_storage_bucket.builds.name}/source --substitutions=${join(",", [for name, value in local.substitutions : "${name}=${value}"])} ."
}
