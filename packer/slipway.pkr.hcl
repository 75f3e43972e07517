# The base disk that images/ assembles is booted, configured by the roles that also configure a site's hosts, checked by
# the image's own checks, and sealed. What it is made of stands in images/, what is done to it in ansible/.

variable "base" {
  type        = string
  description = "Raw disk that boots (images/disk.py)."
}

variable "seed" {
  type        = string
  description = "NoCloud disk with the build's own user and key; neither is in the image afterwards."
}

variable "ssh_key" {
  type        = string
  description = "Private key of that user."
}

variable "output" {
  type        = string
  description = "Directory for the sealed disk; must not exist."
}

variable "accelerator" {
  type        = string
  description = "kvm or tcg: what images/boot.py finds to work on this machine."
  default     = "tcg"
}

variable "processor" {
  type        = string
  description = "What the guest sees (images/boot.py)."
  default     = "max"
}

variable "cpus" {
  type    = number
  default = 2
}

variable "memory_mb" {
  type    = number
  default = 2048
}

source "qemu" "appliance" {
  iso_url           = var.base
  iso_checksum      = "none"
  disk_image        = true
  format            = "raw"
  skip_resize_disk  = true
  use_backing_file  = false
  output_directory  = var.output
  vm_name           = "slipway.raw"
  accelerator       = var.accelerator
  headless          = true
  cpus              = var.cpus
  memory            = var.memory_mb
  disk_interface    = "virtio"
  net_device        = "virtio-net"
  boot_wait         = "1s"
  ssh_username      = "trial"
  ssh_private_key_file = var.ssh_key
  ssh_timeout       = "20m"
  # The last step has sealed the image and ordered the shutdown: there is nobody left who could.
  shutdown_command  = "true"
  shutdown_timeout  = "5m"
  qemuargs = [
    # Packer's own network listens on every address of the building machine and lets the guest out.
    ["-netdev", "user,id=user.0,restrict=on,hostfwd=tcp:127.0.0.1:{{ .SSHHostPort }}-:22"],
    ["-cpu", var.processor],
    ["-drive", "file=${var.output}/slipway.raw,if=virtio,cache=unsafe,format=raw,discard=unmap"],
    ["-drive", "file=${var.seed},if=virtio,format=raw,readonly=on"],
  ]
}

build {
  sources = ["source.qemu.appliance"]

  provisioner "shell" {
    inline = ["cloud-init status --wait >/dev/null; test -d /run/systemd/system"]
  }

  provisioner "ansible" {
    playbook_file = "ansible/playbooks/appliance.yml"
    user          = "trial"
    use_proxy     = false
    extra_arguments = [
      # The rules are written and checked; they are in force from the next start on: Packer signs in from an address that no
      # customer's management network has.
      "--extra-vars", jsonencode({ ansible_become = true, firewall_start_services = false }),
    ]
    # Mitogen keeps one interpreter on the machine: under emulation each module of its own costs 6 to 12 s, most of them Python's start.
    ansible_env_vars = ["ANSIBLE_CONFIG=ansible/ansible.cfg", "ANSIBLE_HOST_KEY_CHECKING=False", "ANSIBLE_STRATEGY=mitogen_linear"]
  }

  provisioner "shell" {
    execute_command = "sudo sh '{{ .Path }}'"
    scripts         = ["packer/scripts/check.sh", "packer/scripts/seal.sh"]
  }
}
