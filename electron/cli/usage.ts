export const USAGE = `cvt: the Convolutional vision Transformer on the command line

  cvt classify IMAGE… [--checkpoint MODEL [--spec FILE]] [--activation quick_gelu|gelu] [--size 224|384|N] [--json]
      The five likeliest classes of each picture. Without --checkpoint: the demo, a small model for drawings of
      100 everyday objects. --json prints an array of {file, model, top: [{index, label, probability}], ms}.

  cvt export MODEL --out FILE.onnx [--spec FILE] [--size 224|HxW] [--batch N] [--attention]
             [--activation quick_gelu|gelu] [--force]
      One self-contained ONNX file: input pixel_values [batch, 3, height, width], output logits [batch, classes];
      with --attention also stageS.blockB.attention [batch, heads, queries, keys] for every block.

  cvt models [--json]
      What is on this machine and what can be had.

  cvt pull ID
      Downloads a model, or goes on with a download; prints the path of its weights. Ctrl-C pauses.

  cvt remove ID
      Deletes a model, or what has arrived of one. Files in the Hugging Face cache are left alone.

  MODEL           a checkpoint file, or the ID of a model that was pulled
  ID              a model of the catalog (cvt-13-224-1k), or any Hugging Face repository of a CvT: owner/name[@revision]
  --spec FILE     the architecture: an official experiment file (YAML), its SPEC keys as JSON, or a Hugging Face config.json;
                  needed for what is not CvT-13, CvT-21 or CvT-W24
  --size          default: 384 where the checkpoint's name says so, else 224
  --force         replace the output file where there is one

Environment: HF_ENDPOINT (a mirror of the hub), HF_TOKEN (for private repositories), HF_HOME and HF_HUB_CACHE (where files
that other programs have downloaded are found), HTTPS_PROXY, HTTP_PROXY, NO_PROXY.
Checkpoints: PyTorch (.pth, .pt, .bin), safetensors, PaddleViT and PASSL (.pdparams), CvT-TensorFlow (.h5).
Pictures: JPEG, PNG, WebP, GIF, AVIF.
Exit codes: 0 done; 2 bad input, with "error[CODE]: message" on stderr; 1 anything unexpected.
`;
