# State in a bucket: `terraform init -backend-config=bucket=NAME`. terraform/bootstrap makes the bucket.
terraform {
  backend "gcs" {
    prefix = "livetoken"
  }
}
