# Registers this server with a vault, or registers it again, and sets the passphrase. The credential file exists only meanwhile.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $VaultNumber = '',
    [string] $VaultName = '',
    [string] $Over = '',
    [bool] $Again = $false,
    [string] $Command = 'Start-OBRegistration',
    [string] $StagingFolder = '',
    [string] $ProxyServer = '',
    [int] $ProxyPort = 0,
    [string] $ProxyUsername = '',
    [securestring] $Credentials,
    [securestring] $Passphrase,
    [securestring] $ProxyPassword
)
# frame
$changed = $false
try {
    Confirm-Language
    $before = Get-Registration
    if ($VaultNumber -eq '') {
        Stop-Job 'no-credentials' 'The number of the vault is not given, so it could not be known where this server is registered afterwards.'
    }
    if ($before.vault_number -ne '' -and $before.vault_number -ne $VaultNumber) {
        Stop-Job 'registered-elsewhere' ('This server is registered to the vault with number {0}, not to {1} ({2}).' -f $before.vault_number, $VaultName, $VaultNumber)
    }
    $registered = $before.vault_number -ne '' -and -not $before.unfinished
    if (-not $registered -or $Again) {
        if (-not $WhatIfPreference -and ($null -eq $Credentials -or $Credentials.Length -eq 0)) {
            Stop-Job 'no-credentials' 'No credential file was handed over.'
        }
        if ($null -eq $Passphrase -or $Passphrase.Length -lt 16) {
            Stop-Job 'passphrase' 'The passphrase has fewer than 16 characters.'
        }
        if ($StagingFolder -ne '' -and -not (Test-Path -LiteralPath $StagingFolder)) {
            Stop-Job 'no-staging-folder' "The staging folder $StagingFolder does not exist."
        }
        Import-ServerModule
        Import-AgentModule
        if ($PSCmdlet.ShouldProcess($VaultName, 'register this server')) {
            $changed = $true
            Clear-Leftover | Out-Null
            # Until all is done: a run that is killed here is finished by the next one.
            Set-OwnValue 'Registering' $VaultNumber
            if ($ProxyServer -ne '') {
                $proxy = @{ ProxyServer = $ProxyServer; ProxyPort = $ProxyPort }
                if ($ProxyUsername -ne '') {
                    $proxy.ProxyUsername = $ProxyUsername
                    $proxy.ProxyPassword = $ProxyPassword
                }
                Set-OBMachineSetting @proxy | Out-Null
            }
            try {
                $path = New-SecretFile 'vault.VaultCredentials' $Credentials
                if ($Command -eq 'Start-DPMCloudRegistration') {
                    Start-DPMCloudRegistration -DPMServerName $env:COMPUTERNAME -VaultCredentialsFilePath $path -Confirm:$false | Out-Null
                }
                else {
                    Start-OBRegistration -VaultCredentials $path -Confirm:$false | Out-Null
                }
            }
            finally {
                Clear-Leftover | Out-Null
            }
            $setting = Get-DPMCloudSubscriptionSetting -DPMServerName $env:COMPUTERNAME
            $common = @{ DPMServerName = $env:COMPUTERNAME; SubscriptionSetting = $setting }
            if ($StagingFolder -ne '') {
                Set-DPMCloudSubscriptionSetting @common -StagingAreaPath $StagingFolder | Out-Null
            }
            Set-DPMCloudSubscriptionSetting @common -EncryptionPassphrase $Passphrase | Out-Null
            Set-DPMCloudSubscriptionSetting @common -Commit | Out-Null
            $after = Get-Registration
            if ($after.vault_number -ne $VaultNumber) {
                Stop-Job 'not-kept' ('After the registration this server names the vault {0}, not {1}.' -f $after.vault_number, $VaultNumber)
            }
            if ($null -eq (Get-DPMCloudSubscriptionSetting -DPMServerName $env:COMPUTERNAME)) {
                Stop-Job 'not-kept' 'After the registration this server has no settings for online protection.'
            }
            Set-OwnValue 'RegisteredOver' $Over
            Set-OwnValue 'Registering' ''
        }
    }
    # Once the caller has seen that the renewed registration has kept everything, it is noted over which way it was made.
    $noted = $registered -and -not $Again -and $Over -ne '' -and $before.registered_over -ne $Over
    if ($noted -and $PSCmdlet.ShouldProcess($VaultName, 'note the way to the vault')) {
        $changed = $true
        Set-OwnValue 'RegisteredOver' $Over
    }
    $now = Get-Registration
    Write-Answer @{
        job          = 'register'
        failed       = $false
        changed      = (-not $registered) -or $Again -or $noted
        vault_number = $now.vault_number
        machine_id   = $now.machine_id
    }
}
catch {
    Write-Failure $_ 'register' $changed
}
