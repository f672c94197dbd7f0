export const USAGE = `cvt: the Convolutional vision Transformer on the command line

  cvt classify IMAGE… [--checkpoint FILE [--spec FILE]] [--activation quick_gelu|gelu] [--size 224|384|N] [--json]
      The five likeliest classes of each picture. Without --checkpoint: the demo, a small model for drawings of
      100 everyday objects. --json prints an array of {file, model, top: [{index, label, probability}], ms}.

  cvt export CHECKPOINT --out MODEL.onnx [--spec FILE] [--size 224|HxW] [--batch N] [--attention]
             [--activation quick_gelu|gelu] [--force]
      One self-contained ONNX file: input pixel_values [batch, 3, height, width], output logits [batch, classes];
      with --attention also stageS.blockB.attention [batch, heads, queries, keys] for every block.

  --spec FILE     the architecture as JSON with the official SPEC keys; needed for what is not CvT-13, CvT-21 or CvT-W24
  --size          default: 384 where the checkpoint's name says so, else 224
  --force         replace the output file where there is one

Checkpoints: safetensors, PyTorch (.pth, .pt, .bin). Pictures: JPEG, PNG, WebP, GIF, AVIF.
Exit codes: 0 done; 2 bad input, with "error[CODE]: message" on stderr; 1 anything unexpected.
`;
